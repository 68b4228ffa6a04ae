/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.limit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.loadline.time.ManualTicker;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ContextHeadersTest {
    private final ManualTicker ticker = new ManualTicker();
    private final Route route = new Route(this, 0, "work");
    private final Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);

    @Test
    void noHeaders_areNoContext() {
        assertThat(read(builder())).isSameAs(CallContext.NONE);
        route.criticality(Criticality.SHEDDABLE);
        assertThat(read(builder())).isSameAs(CallContext.of(Criticality.SHEDDABLE));
    }

    /** Everybody would like to be CRITICAL_PLUS. */
    @ParameterizedTest
    @CsvSource({
        "CRITICAL, critical-plus, SHEDDABLE, CRITICAL",
        "CRITICAL, sheddable, SHEDDABLE, SHEDDABLE",
        "SHEDDABLE, critical-plus, SHEDDABLE, SHEDDABLE",
        "SHEDDABLE, critical, CRITICAL, CRITICAL",
        "SHEDDABLE, critical-plus, CRITICAL, CRITICAL",
        "SHEDDABLE_PLUS, critical-plus, CRITICAL_PLUS, CRITICAL_PLUS",
        "CRITICAL_PLUS, critical-plus, SHEDDABLE, CRITICAL_PLUS",
        "CRITICAL, nonsense, CRITICAL_PLUS, CRITICAL"
    })
    void claim_raisesUpToTheBoundOnly(Criticality own, String claim, Criticality bound, Criticality expected) {
        route.criticality(own);
        headers.put("Criticality", claim);
        CallContext context = read(builder().maxFromHeader(bound));
        assertThat(context.criticality() == null ? own : context.criticality()).isEqualTo(expected);
        headers.clear();
        headers.put("baggage", "criticality=" + claim);
        context = read(builder().maxFromHeader(bound));
        assertThat(context.criticality() == null ? own : context.criticality()).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "criticality=sheddable",
                "a=b,criticality=sheddable;p=1",
                "a=b;criticality=critical , criticality = SHEDDABLE ;x",
                ",,a,criticality=%73heddable",
                "criticality=sheddable,criticality=critical"
            })
    void baggage_isRead(String baggage) {
        headers.put("baggage", baggage);
        assertThat(read(builder()).criticality()).isEqualTo(Criticality.SHEDDABLE);
        headers.put("Criticality", "sheddable-plus");
        assertThat(read(builder()).criticality()).as("the header wins").isEqualTo(Criticality.SHEDDABLE_PLUS);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ",",
                "=",
                "criticality",
                "criticality=",
                "Criticality=sheddable",
                "criticality=%7",
                "criticality=%zz"
            })
    void baggage_thatMakesNoSense_isIgnored(String baggage) {
        headers.put("baggage", baggage);
        assertThat(read(builder())).isSameAs(CallContext.NONE);
        headers.put("baggage", baggage + ",".repeat(9_000) + "criticality=sheddable");
        assertThat(read(builder())).isSameAs(CallContext.NONE);
    }

    @ParameterizedTest
    @CsvSource({
        "X-Request-Timeout, 2, 2000",
        "x-request-timeout, 1.25, 1250",
        "X-Request-Timeout, ' 3s ', 3000",
        "X-Request-Timeout, 250ms, 250",
        "X-Request-Timeout, 1m, 60000",
        "X-Request-Timeout, 1 h, 3600000",
        "grpc-timeout, 100m, 100",
        "grpc-timeout, 1S, 1000",
        "grpc-timeout, 2M, 120000",
        "grpc-timeout, 1H, 3600000",
        "grpc-timeout, 5000u, 5",
        "grpc-timeout, 99999999n, 99",
        "x-envoy-expected-rq-timeout-ms, 15000, 15000"
    })
    void timeout_isRead(String header, String value, long millis) {
        headers.put(header, value);
        assertThat(read(builder()).remaining().map(Duration::toMillis)).hasValue(millis);
        assertThat(read(builder().deadlineFromHeader(false))).isSameAs(CallContext.NONE);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "0",
                "0n",
                "-1",
                "-1S",
                "1e3",
                "NaN",
                "Infinity",
                "0x10",
                "1,1",
                "+1",
                ".5",
                "5.",
                "1.2.3",
                "1d",
                "1D",
                "1f",
                "1.5S",
                "\u0661",
                "99999999999999999999999",
                "999999999S",
                "1 000",
                "24h",
                "s",
                "m",
                "\u0000"
            })
    void timeout_thatMakesNoSense_isIgnored(String value) {
        headers.put("X-Request-Timeout", value);
        headers.put("grpc-timeout", value);
        headers.put("x-envoy-expected-rq-timeout-ms", value.equals("99999999999999999999999") ? "0" : value + "x");
        assertThat(read(builder()).remaining()).isEmpty();
    }

    @Test
    void timeouts_theShortestCounts() {
        headers.put("X-Request-Timeout", "3");
        headers.put("grpc-timeout", "2S");
        headers.put("x-envoy-expected-rq-timeout-ms", "2500");
        assertThat(read(builder()).remaining()).hasValue(Duration.ofSeconds(2));
    }

    @ParameterizedTest
    @CsvSource({
        "x-envoy-attempt-count, 1, 1",
        "X-Envoy-Attempt-Count, 3, 3",
        "grpc-previous-rpc-attempts, 1, 2",
        "grpc-previous-rpc-attempts, 0, 1",
        "X-Try, 4, 4",
        "x-envoy-attempt-count, 9999, 9999"
    })
    void attempt_isRead(String header, String value, int attempt) {
        headers.put(header, value);
        assertThat(read(builder().attemptHeader("X-Try")).attempt()).isEqualTo(attempt);
        assertThat(read(builder().attemptHeader("X-Try").attemptFromHeader(false)))
                .isSameAs(CallContext.NONE);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "0", "-2", "+2", "2.0", "two", "2,2", "99999", "99999999999999999999", "\u0662"})
    void attempt_thatMakesNoSense_isTheFirst(String value) {
        headers.put("x-envoy-attempt-count", value);
        headers.put("grpc-previous-rpc-attempts", value);
        headers.put("X-Try", value);
        assertThat(read(builder().attemptHeader("X-Try"))).isSameAs(CallContext.NONE);
    }

    @Test
    void attempts_theHighestCounts() {
        headers.put("x-envoy-attempt-count", "2");
        headers.put("grpc-previous-rpc-attempts", "2");
        assertThat(read(builder()).attempt()).isEqualTo(3);
        assertThatThrownBy(() -> builder().attemptHeader("X Try"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'X Try'");
    }

    @Test
    void ownNames_areRead() {
        headers.put("X-Priority", "sheddable");
        headers.put("X-Tenant", "acme");
        ContextHeaders.Builder named = builder().criticalityHeader("X-Priority").cohortHeader("X-Tenant");
        CallContext context = read(named);
        assertThat(context.criticality()).isEqualTo(Criticality.SHEDDABLE);
        assertThat(context.cohort()).isEqualTo(CallContext.NONE.cohort("acme").cohort());
        assertThat(read(named.criticalityFromHeader(false)).criticality()).isNull();
        headers.put("X-Tenant", " ");
        assertThat(read(named)).isSameAs(CallContext.NONE);
        assertThatThrownBy(() -> builder().criticalityHeader("X Priority"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'X Priority'");
    }

    @Test
    void write_addsWhatIsKnown() {
        write(CallContext.NONE);
        assertThat(headers).isEmpty();
        CallContext context = CallContext.of(Criticality.SHEDDABLE_PLUS).timeout(Duration.ofMillis(2_500), ticker);
        ticker.advance(Duration.ofNanos(1_249_999_999L));
        write(context);
        assertThat(headers)
                .containsOnly(
                        Map.entry("baggage", "criticality=sheddable_plus"), Map.entry("X-Request-Timeout", "1.250"));
        ticker.advance(Duration.ofSeconds(9));
        write(context);
        assertThat(headers).containsEntry("X-Request-Timeout", "0.001");
    }

    @Test
    void write_keepsWhatIsThere() {
        headers.put("baggage", "user=a%2Cb;p=1 , criticality=critical,k = v");
        headers.put("X-Request-Timeout", "1");
        headers.put("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
        write(CallContext.of(Criticality.SHEDDABLE).timeout(Duration.ofSeconds(2), ticker));
        assertThat(headers)
                .containsEntry("baggage", "criticality=sheddable,user=a%2Cb;p=1,k = v")
                .containsEntry("X-Request-Timeout", "1")
                .containsEntry("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
    }

    @Test
    void write_whereTheBaggageIsFull_leavesItAlone() {
        String members = IntStream.range(0, 64).mapToObj(i -> "k" + i + "=v").collect(Collectors.joining(","));
        headers.put("baggage", members);
        write(CallContext.of(Criticality.SHEDDABLE));
        assertThat(headers).containsEntry("baggage", members);
        String large = "k=" + "v".repeat(8_180);
        headers.put("baggage", large);
        write(CallContext.of(Criticality.SHEDDABLE));
        assertThat(headers).containsEntry("baggage", large);
    }

    @Test
    void whatIsWritten_isReadAgain() {
        write(CallContext.of(Criticality.SHEDDABLE_PLUS).timeout(Duration.ofSeconds(2), ticker));
        CallContext read = read(builder());
        assertThat(read.criticality()).isEqualTo(Criticality.SHEDDABLE_PLUS);
        assertThat(read.remaining()).isEqualTo(Optional.of(Duration.ofSeconds(2)));
    }

    private ContextHeaders.Builder builder() {
        return ContextHeaders.builder().ticker(ticker);
    }

    private CallContext read(ContextHeaders.Builder builder) {
        return builder.build().read(route, headers::get);
    }

    private void write(CallContext context) {
        ContextHeaders.write(context, headers::get, headers::put);
    }
}
