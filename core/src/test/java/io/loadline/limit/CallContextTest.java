/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.limit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.loadline.FailingLogContext;
import io.loadline.limit.CallContext.Scope;
import io.loadline.time.ManualTicker;
import java.time.Duration;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.NullAndEmptySource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.MDC;

class CallContextTest {
    private final ManualTicker ticker = new ManualTicker();

    @ParameterizedTest
    @CsvSource({
        "CRITICAL_PLUS, CRITICAL_PLUS",
        "critical-plus, CRITICAL_PLUS",
        "Critical, CRITICAL",
        "' sheddable_Plus ', SHEDDABLE_PLUS",
        "SHEDDABLE, SHEDDABLE"
    })
    void criticality_isParsedInAnySpelling(String text, Criticality criticality) {
        assertThat(Criticality.parse(text)).isEqualTo(criticality);
        assertThat(Criticality.parse(criticality.tag())).isEqualTo(criticality);
    }

    @ParameterizedTest
    @NullAndEmptySource
    @ValueSource(strings = {"0", "critical+", "CRITICAL PLUS", "critical,critical", "\u0000"})
    void nonsense_isNoCriticality(String text) {
        assertThat(Criticality.parse(text)).isNull();
        assertThat(Criticality.parse(text + "critical".repeat(10_000))).isNull();
    }

    @ParameterizedTest
    @EnumSource(Criticality.class)
    void of_isOneObject(Criticality criticality) {
        assertThat(CallContext.of(criticality)).isSameAs(CallContext.of(criticality));
        assertThat(CallContext.NONE.criticality(criticality)).isSameAs(CallContext.of(criticality));
    }

    @Test
    void attempt_isTheFirst_unlessItIsSaid() {
        assertThat(CallContext.NONE.attempt()).isEqualTo(1);
        assertThat(CallContext.NONE.attempt(1)).isSameAs(CallContext.NONE);
        assertThat(CallContext.NONE.attempt(2).criticality(Criticality.CRITICAL).attempt())
                .isEqualTo(2);
        assertThatThrownBy(() -> CallContext.NONE.attempt(0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("attempt must be at least 1: 0");
    }

    @Test
    void changes_keepTheRest() {
        CallContext context = CallContext.of(Criticality.SHEDDABLE)
                .timeout(Duration.ofSeconds(2), ticker)
                .attempt(3)
                .cohort("user-7");
        CallContext raised = context.criticality(Criticality.CRITICAL);
        ticker.advance(Duration.ofMillis(500));
        assertThat(raised.remaining()).hasValue(Duration.ofMillis(1_500));
        assertThat(raised.cohort()).isEqualTo(context.cohort()).isBetween(0, 127);
        assertThat(raised.criticality()).isEqualTo(Criticality.CRITICAL);
        assertThat(raised.attempt()).isEqualTo(3);
        assertThat(raised.timeout(Duration.ofSeconds(1), ticker).timing(null).attempt())
                .isEqualTo(3);
        assertThat(context.criticality()).isEqualTo(Criticality.SHEDDABLE);
        ticker.advance(Duration.ofSeconds(9));
        assertThat(raised.remaining()).hasValue(Duration.ZERO);
        assertThat(CallContext.NONE.remaining()).isEmpty();
    }

    @Test
    @SuppressWarnings("try")
    void criticality_isInTheLoggersContext_asLongAsTheScopeIsOpen() {
        MDC.put(CallContext.MDC_CRITICALITY, "before");
        try (Scope outer = CallContext.of(Criticality.CRITICAL).open()) {
            assertThat(logged()).isEqualTo("critical");
            try (Scope same = CallContext.of(Criticality.CRITICAL).cohort("a").open()) {
                assertThat(logged()).isEqualTo("critical");
                try (Scope inner = CallContext.of(Criticality.SHEDDABLE).open()) {
                    assertThat(logged()).isEqualTo("sheddable");
                    try (Scope none = CallContext.NONE.open()) {
                        assertThat(logged()).isNull();
                    }
                    assertThat(logged()).isEqualTo("sheddable");
                }
                assertThat(logged()).isEqualTo("critical");
            }
            assertThat(logged()).isEqualTo("critical");
        }
        assertThat(logged()).isEqualTo("before");
        MDC.remove(CallContext.MDC_CRITICALITY);
    }

    @Test
    @SuppressWarnings("try")
    void contextWithoutCriticality_leavesTheLoggersContextAlone() {
        MDC.put(CallContext.MDC_CRITICALITY, "somebody's");
        try (Scope scope = CallContext.NONE.timeout(Duration.ofSeconds(1)).open()) {
            assertThat(logged()).isEqualTo("somebody's");
        }
        assertThat(logged()).isEqualTo("somebody's");
        MDC.remove(CallContext.MDC_CRITICALITY);
    }

    @Test
    @SuppressWarnings("try")
    void loggersContextThatFails_leavesNoContextBehind() {
        try (FailingLogContext failing = new FailingLogContext(CallContext.MDC_CRITICALITY)) {
            try (Scope scope = CallContext.of(Criticality.CRITICAL).open()) {
                assertThat(CallContext.current().criticality()).isEqualTo(Criticality.CRITICAL);
            }
            assertThat(CallContext.current()).isSameAs(CallContext.NONE);
        }
    }

    private static String logged() {
        return MDC.get(CallContext.MDC_CRITICALITY);
    }

    @Test
    void timeout_ofAges_isNoOverflow() {
        assertThat(CallContext.NONE.timeout(Duration.ofSeconds(Long.MAX_VALUE)).remaining())
                .hasValueSatisfying(left -> assertThat(left).isGreaterThan(Duration.ofDays(30_000)));
        assertThatThrownBy(() -> CallContext.NONE.timeout(Duration.ofMillis(-1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("-0.001");
    }

    @Test
    void cohorts_ofSimilarKeys_areSpreadEvenly() {
        int[] seen = new int[CallContext.COHORTS];
        for (int i = 0; i < 100 * CallContext.COHORTS; i++) {
            seen[CallContext.NONE.cohort("user-" + i).cohort()]++;
        }
        assertThat(seen).satisfies(counts -> {
            for (int count : counts) {
                assertThat(count).isBetween(55, 150);
            }
        });
    }

    @Test
    @SuppressWarnings("try")
    void scopes_nestAndEnd() throws Exception {
        CallContext outer = CallContext.of(Criticality.SHEDDABLE);
        CallContext inner = CallContext.of(Criticality.CRITICAL_PLUS);
        try (Scope outside = outer.open()) {
            try (Scope inside = inner.open()) {
                assertThat(CallContext.current()).isSameAs(inner);
            }
            assertThat(CallContext.current()).isSameAs(outer);
            FutureTask<CallContext> elsewhere = new FutureTask<>(CallContext::current);
            new Thread(elsewhere).start();
            assertThat(elsewhere.get()).as("not inherited").isSameAs(CallContext.NONE);
        }
        assertThat(CallContext.current()).isSameAs(CallContext.NONE);
    }
}
