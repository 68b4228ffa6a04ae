/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.loadline.guard.DependencyGuard;
import io.loadline.guard.GuardOutcome;
import io.loadline.guard.GuardPermit;
import io.loadline.guard.Quota;
import io.loadline.guard.QuotaDecision;
import io.loadline.limit.Enforcement;
import io.loadline.management.GuardStatus;
import io.loadline.management.QuotaStatus;
import io.loadline.time.ManualTicker;
import java.lang.reflect.RecordComponent;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/** What the status tells of guards and quotas, in numbers and words. */
class LoadlineStatusTest {
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final ObjectMapper JSON = new ObjectMapper();

    private final ManualTicker ticker = new ManualTicker();
    private final Quota quota = Quota.builder("api")
            .limit(5, SECOND)
            .clientClass("gold", 50, SECOND)
            .route("GET /report", 1, Duration.ofMinutes(1))
            .ticker(ticker)
            .build();
    private final Loadline loadline =
            Loadline.builder("shop").ticker(ticker).quota(quota).build();

    @AfterEach
    void close() {
        loadline.close();
    }

    @Test
    void guard_withoutTraffic_tellsItsPlaces() {
        DependencyGuard unused = guard("stock", builder -> builder.concurrency(7));

        assertThat(status("stock").suggested()).isNull();
        assertThat(status("stock").explanation()).isEqualTo("Dependency stock is closed, 0 of 7 places taken.");
        assertThat(loadline.status().explanation()).endsWith(" Dependency stock is closed, 0 of 7 places taken.");
        assertThat(json("guards").get("suggested").isNull()).isTrue();
    }

    @Test
    void guard_thatHasSeenTraffic_suggestsThresholdsAndKeepsItsOwn() {
        DependencyGuard guard = guard("stock", builder -> builder.concurrency(2));
        seconds(guard, 60, 8, 30);

        GuardStatus status = status("stock");
        assertThat(status.explanation())
                .isEqualTo(
                        "Dependency stock is closed, 0 of 2 places taken; 99 of 100 calls take up to 32 ms and 8 % fail:"
                                + " slow-call time 95 ms and failure rate 32 % would fit (now 1 s, 50 %).");
        assertThat(loadline.status().explanation()).contains(status.explanation());
        assertThat(status.slowCallMillis()).isEqualTo(1_000);
        assertThat(status.failureRate()).isEqualTo(0.5);
        JsonNode json = json("guards");
        assertThat(json.propertyNames()).containsExactlyElementsOf(components(GuardStatus.class));
        assertThat(json.get("suggested").propertyNames())
                .containsExactlyElementsOf(components(GuardStatus.Suggested.class));
        assertThat(json.get("suggested").get("slowCallMillis").doubleValue()).isEqualTo(95);
        assertThat(json.get("suggested").get("failureRate").doubleValue()).isEqualTo(0.32, within(0.01));
        assertThat(json.get("suggested").get("p99Millis").doubleValue()).isEqualTo(31.46, within(0.01));
        assertThat(json.get("suggested").get("calls").longValue()).isGreaterThanOrEqualTo(5_000);
        assertThat(json.get("slowCallMillis").doubleValue()).isEqualTo(1_000);
        assertThat(json.get("timeLimitMillis").doubleValue()).isEqualTo(5_000);
        assertThat(json.get("explanation").asString()).isEqualTo(status.explanation());
    }

    @Test
    void guard_whoseThresholdsFit_suggestsInNumbersOnly() {
        DependencyGuard guard = guard(
                "stock",
                builder ->
                        builder.concurrency(2).slowCall(Duration.ofMillis(100)).failureRate(0.3));
        seconds(guard, 60, 8, 30);

        assertThat(status("stock").suggested()).isNotNull();
        assertThat(status("stock").explanation()).isEqualTo("Dependency stock is closed, 0 of 2 places taken.");
    }

    @Test
    void guard_thatMakesNoCalls_tellsWhyAndHowMany() {
        DependencyGuard guard = guard("stock", builder -> builder.concurrency(1));
        GuardPermit running = guard.acquire();
        assertThat(guard.tryAcquire()).isNull();
        guard.circuitBreaker().transitionToForcedOpenState();
        assertThat(guard.tryAcquire()).isNull();
        assertThat(guard.tryAcquire()).isNull();

        assertThat(status("stock").explanation())
                .isEqualTo("Dependency stock is open, 1 of 1 places taken, 3 calls not made so far"
                        + " (breaker_open 2, bulkhead_full 1).");
        assertThat(json("guards").get("state").asString()).isEqualTo("open");
        assertThat(json("guards").get("inFlight").intValue()).isEqualTo(1);
        assertThat(json("guards").get("refused").toString())
                .isEqualTo("{\"breaker_open\":2,\"bulkhead_full\":1,\"deadline\":0}");
        running.end(GuardOutcome.SUCCESS);
    }

    @Test
    void guards_moreThanCanBeRead_areToldOfFromTheWorst() {
        for (int i = 0; i < 12; i++) {
            DependencyGuard unused = guard("d" + i, builder -> builder.concurrency(1));
        }
        loadline.guards().guard("d11").circuitBreaker().transitionToForcedOpenState();

        assertThat(loadline.status().explanation())
                .contains(" Dependency d11 is open, 0 of 1 places taken. Dependency d0 is closed")
                .contains("Dependency d8 is")
                .doesNotContain("Dependency d9 is")
                .endsWith(" 2 more dependencies are guarded.");
        assertThat(loadline.status().guards()).hasSize(12);
    }

    @Test
    void quota_thatHasRefused_tellsHowManyAndByWhichRoute() {
        assertThat(loadline.status().explanation()).doesNotContain("Quota");
        ask("GET /report", 4);
        ask("GET /orders", 5);

        assertThat(loadline.status().explanation())
                .endsWith(" Quota api has refused 4 requests so far, 3 of them by the limit of GET /report.");
        JsonNode json = json("quotas");
        assertThat(json.propertyNames()).containsExactlyElementsOf(components(QuotaStatus.class));
        assertThat(json.get("enforcement").asString()).isEqualTo("enforce");
        assertThat(json.get("limit").toString()).isEqualTo("{\"permits\":5,\"seconds\":1.0}");
        assertThat(json.get("classes").toString()).isEqualTo("{\"gold\":{\"permits\":50,\"seconds\":1.0}}");
        assertThat(json.get("routes").toString())
                .isEqualTo("{\"GET /report\":{\"permits\":1,\"seconds\":60.0,\"refused\":3,\"shadowed\":0}}");
        assertThat(json.get("allowed").longValue()).isEqualTo(5);
        assertThat(json.get("refused").longValue()).isEqualTo(4);

        quota.change(now -> now.enforcement(Enforcement.SHADOW));
        ask("GET /report", 2);
        assertThat(loadline.status().explanation())
                .endsWith(
                        " Quota api has refused 4 requests so far and admitted 2 that it would refuse, 3 of them by the"
                                + " limit of GET /report.");
    }

    private DependencyGuard guard(String name, Consumer<DependencyGuard.Builder> configure) {
        return loadline.guards().guard(name, builder -> {
            builder.ticker(ticker).executor(Runnable::run).window(100_000, 100_000);
            configure.accept(builder);
        });
    }

    private GuardStatus status(String name) {
        return loadline.status().guards().stream()
                .filter(each -> each.name().equals(name))
                .findAny()
                .orElseThrow();
    }

    private JsonNode json(String member) {
        return JSON.readTree(loadline.status().toJson()).get(member).get(0);
    }

    private static List<String> components(Class<? extends Record> type) {
        return Arrays.stream(type.getRecordComponents())
                .map(RecordComponent::getName)
                .toList();
    }

    private void ask(String route, int requests) {
        for (int i = 0; i < requests; i++) {
            QuotaDecision unused = quota.tryAcquireOn(loadline.limiter().route(route), "a", 1);
        }
    }

    /** So many seconds with a hundred calls each, of which so many fail, and each takes so long. */
    private void seconds(DependencyGuard guard, int seconds, int failures, int millis) {
        for (int second = 0; second < seconds; second++) {
            for (int i = 0; i < 100; i++) {
                GuardPermit permit = guard.acquire();
                ticker.advance(Duration.ofMillis(millis));
                permit.end(i < failures ? GuardOutcome.FAILURE : GuardOutcome.SUCCESS);
                // Calls run side by side: what one takes is no time that passes.
                ticker.advance(Duration.ofMillis(-millis));
            }
            ticker.advance(SECOND);
            guard.beat();
        }
    }
}
