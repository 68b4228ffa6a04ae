/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.limit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class RejectionTest {
    @ParameterizedTest
    @EnumSource
    void problemJson_isAProblemDetail(RejectionReason reason) {
        Rejection rejection = Rejection.of(reason);
        JsonNode json = JsonMapper.builder().build().readTree(rejection.problemJson());
        Set<String> names = new HashSet<>(json.propertyNames());
        assertThat(names).containsExactlyInAnyOrder("type", "title", "status", "detail", "reason");
        assertThat(json.get("type").stringValue()).isEqualTo("about:blank");
        assertThat(json.get("status").intValue())
                .isEqualTo(rejection.status())
                .isEqualTo(reason == RejectionReason.QUOTA ? 429 : 503);
        assertThat(json.get("reason").stringValue()).isEqualTo(reason.tag());
        assertThat(json.get("detail").stringValue()).isNotBlank();
        assertThat(rejection.reason()).isSameAs(reason);
    }

    @ParameterizedTest
    @EnumSource
    void retryAfter_isWholeSecondsAtLeastOne(RejectionReason reason) {
        Rejection rejection = Rejection.of(reason);
        assertThat(rejection.retryAfter()).isGreaterThanOrEqualTo(Duration.ofSeconds(1));
        assertThat(Long.parseLong(rejection.retryAfterSeconds()))
                .isEqualTo(rejection.retryAfter().toSeconds());
    }

    @Test
    void retryAfter_ofAClient_isRoundedUpAndKeepsTheRest() {
        Rejection quota = Rejection.of(RejectionReason.QUOTA);
        Rejection later = quota.retryAfter(Duration.ofMillis(2_001));
        assertThat(later.retryAfterSeconds()).isEqualTo("3");
        assertThat(later.retryAfter()).isEqualTo(Duration.ofSeconds(3));
        assertThat(later.status()).isEqualTo(429);
        assertThat(later.problemJson()).isEqualTo(quota.problemJson());
        assertThat(quota.retryAfter(Duration.ZERO).retryAfterSeconds()).isEqualTo("1");
        assertThat(quota.retryAfter(Duration.ofSeconds(1))).isSameAs(quota);
    }

    @Test
    void retryAfter_negative_isRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Rejection.of(RejectionReason.QUOTA).retryAfter(Duration.ofSeconds(-1)))
                .withMessageContaining("PT-1S");
    }

    @Test
    void problemJson_changedByTheCaller_staysAsItWas() {
        Rejection.of(RejectionReason.LIMIT).problemJson()[0] = 'x';
        assertThat(Rejection.of(RejectionReason.LIMIT).problemJson()[0]).isEqualTo((byte) '{');
    }

    @ParameterizedTest
    @EnumSource
    void exception_isOneObjectWithoutATrace(RejectionReason reason) {
        RejectedException exception = RejectedException.of(reason);
        assertThat(exception).isSameAs(RejectedException.of(reason)).hasMessage("Refused: " + reason.tag());
        assertThat(exception.getStackTrace()).isEmpty();
        exception.addSuppressed(new IllegalStateException());
        assertThat(exception.getSuppressed()).isEmpty();
        assertThat(exception.rejection()).isSameAs(Rejection.of(reason));
    }
}
