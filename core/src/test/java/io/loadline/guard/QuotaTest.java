/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.guard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.loadline.LogCapture;
import io.loadline.limit.ConcurrencyLimiter;
import io.loadline.limit.Enforcement;
import io.loadline.limit.RejectionReason;
import io.loadline.limit.Route;
import io.loadline.time.ManualTicker;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

class QuotaTest {
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final Duration HOUR = Duration.ofHours(1);

    private final ManualTicker ticker = new ManualTicker();
    private final ConcurrencyLimiter limiter =
            ConcurrencyLimiter.builder("test").ticker(ticker).build();
    private final Route report = limiter.route("GET /report");
    private final Route other = limiter.route("GET /other");
    private final Quota quota = quota(builder -> {});

    private Quota quota(Consumer<Quota.Builder> configure) {
        Quota.Builder builder = Quota.builder("api").limit(3, SECOND).ticker(ticker);
        configure.accept(builder);
        return builder.build();
    }

    @Test
    void tryAcquire_beyondTheLimit_refusesUntilThePeriodIsOver() {
        assertThat(admittedOf(quota, "a", 10)).isEqualTo(3);
        ticker.advance(Duration.ofMillis(999));
        assertThat(admittedOf(quota, "a", 1)).isZero();
        ticker.advance(Duration.ofMillis(1));
        assertThat(admittedOf(quota, "a", 10)).isEqualTo(3);
        ticker.advance(Duration.ofDays(400));
        assertThat(admittedOf(quota, "a", 10)).isEqualTo(3);
        assertThat(quota.stats()).isEqualTo(new QuotaStats(9, 0, 22, 0, 0, 0, 1, 0, Map.of()));
    }

    @Test
    void clients_haveTheirOwn() {
        assertThat(admittedOf(quota, "a", 5)).isEqualTo(3);
        assertThat(admittedOf(quota, "b", 5)).isEqualTo(3);
    }

    /** One endpoint has its own limit for each client: what it refuses costs nothing elsewhere. */
    @Test
    void route_withALimit_refusesAndLeavesTheRest() {
        Quota of = quota(builder -> builder.limit(5, SECOND).route("GET /report", 2, HOUR));
        assertThat(admittedOf(of, report, "a", 10)).isEqualTo(2);
        assertThat(of.tryAcquireOn(report, "a", 1).retryAfter()).isEqualTo(HOUR);
        assertThat(admittedOf(of, report, "b", 10)).as("another client").isEqualTo(2);
        assertThat(admittedOf(of, other, "a", 10)).isEqualTo(3);
        assertThat(of.tryAcquireOn(other, "a", 1).retryAfter()).isEqualTo(SECOND);
        assertThat(of.stats().refused()).isEqualTo(8 + 1 + 8 + 7 + 1);
        assertThat(of.stats().routes()).isEqualTo(Map.of("GET /report", new QuotaStats.OfRoute(8 + 1 + 8, 0)));
        of.change(now -> now.route("GET /report", 2, HOUR).limit(5, SECOND).route("GET /other", 9, SECOND));
        assertThat(of.stats().routes())
                .as("kept by a change")
                .isEqualTo(Map.of("GET /report", new QuotaStats.OfRoute(17, 0), "GET /other", QuotaStats.OfRoute.NONE));

        ticker.advance(SECOND);
        assertThat(admittedOf(of, report, "a", 10)).isZero();
        assertThat(admittedOf(of, null, "a", 10)).isEqualTo(5);
        assertThat(of.stats().clients()).isEqualTo(2);
    }

    @Test
    void client_thatHasUsedItsQuota_takesNothingOfARoute() {
        Quota of = quota(builder -> builder.limit(3, SECOND).route("GET /report", 4, HOUR));
        assertThat(admittedOf(of, other, "a", 3)).isEqualTo(3);
        QuotaDecision refused = of.tryAcquireOn(report, "a", 1);
        assertThat(refused.admitted()).isFalse();
        assertThat(refused.retryAfter()).as("of the client").isEqualTo(SECOND);
        assertThat(admittedOf(of, report, "a", 10)).isZero();

        ticker.advance(SECOND);
        assertThat(admittedOf(of, report, "a", 10)).isEqualTo(3);
        ticker.advance(SECOND);
        assertThat(admittedOf(of, report, "a", 10)).isEqualTo(1);
    }

    @Test
    void routes_ofAGroup_shareItsLimit() {
        Quota of = quota(builder -> builder.limit(100, SECOND).route("heavy", 3, HOUR, "GET /report", "GET /other"));
        assertThat(admittedOf(of, report, "a", 2)).isEqualTo(2);
        assertThat(admittedOf(of, other, "a", 10)).isEqualTo(1);
        assertThat(admittedOf(of, report, "a", 10)).isZero();
        assertThat(admittedOf(of, null, "a", 10)).isEqualTo(10);

        of.change(now -> now.route("heavy", 5, HOUR));
        assertThat(admittedOf(of, report, "a", 10))
                .as("what is used stays used")
                .isEqualTo(2);
        of.change(now -> now.routes(Map.of()));
        assertThat(admittedOf(of, report, "a", 10)).isEqualTo(10);
        assertThatIllegalArgumentException().isThrownBy(() -> of.change(now -> now.route("GET /other", 1, HOUR)));
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        quota(builder -> builder.route("one", 1, HOUR, "x").route("two", 1, HOUR, "x")));
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        quota(builder -> builder.route("one", 1, HOUR, "x").route("x", 1, HOUR)));
    }

    @Test
    void route_withoutAKey_isSharedOrFollowsThePolicy() {
        Quota of = quota(builder -> builder.limit(10, SECOND).route("GET /report", 2, HOUR));
        assertThat(admittedOf(of, report, null, 10)).isEqualTo(2);
        assertThat(admittedOf(of, other, null, 20)).isEqualTo(8);
        of.change(now -> now.missingKeys(MissingKeys.ADMIT));
        assertThat(admittedOf(of, report, null, 10)).isEqualTo(10);
        of.change(now -> now.missingKeys(MissingKeys.REFUSE));
        assertThat(admittedOf(of, report, null, 10)).isZero();
    }

    @Test
    void route_inShadow_admitsAndCounts() {
        Quota of = quota(builder ->
                builder.limit(100, SECOND).route("GET /report", 2, HOUR).enforcement(Enforcement.SHADOW));
        assertThat(admittedOf(of, report, "a", 10)).isEqualTo(10);
        assertThat(of.stats().shadowed()).isEqualTo(8);
        assertThat(of.stats().routes()).isEqualTo(Map.of("GET /report", new QuotaStats.OfRoute(0, 8)));
    }

    @Test
    void refusal_tellsWhenToComeAgain() {
        Quota hourly = quota(builder -> builder.limit(1, HOUR));
        assertThat(hourly.tryAcquire("a").retryAfter()).isZero();
        ticker.advance(Duration.ofMillis(600_500));
        QuotaDecision refused = hourly.tryAcquire("a");
        assertThat(refused.admitted()).isFalse();
        assertThat(refused.retryAfter()).isEqualTo(HOUR.minusMillis(600_500));
        assertThat(refused.rejection().reason()).isEqualTo(RejectionReason.QUOTA);
        assertThat(refused.rejection().status()).isEqualTo(429);
        assertThat(refused.rejection().retryAfterSeconds()).isEqualTo("3000");
        ticker.advance(refused.retryAfter());
        assertThat(hourly.tryAcquire("a").admitted()).isTrue();
        assertThat(hourly.tryAcquire("a").retryAfter()).isEqualTo(HOUR);
    }

    @Test
    void rejection_ofWhoWasAdmitted_isRefused() {
        assertThatExceptionOfType(IllegalStateException.class)
                .isThrownBy(() -> quota.tryAcquire("a").rejection());
    }

    @Test
    void permits_areTakenTogetherOrNotAtAll() {
        assertThat(quota.tryAcquire("a", 2).admitted()).isTrue();
        assertThat(quota.tryAcquire("a", 2).admitted()).isFalse();
        assertThat(quota.tryAcquire("a").admitted()).isTrue();
        assertThat(quota.tryAcquire("a").admitted()).isFalse();
        ticker.advance(SECOND);
        // All there is, rather than never.
        assertThat(quota.tryAcquire("a", 1_000).admitted()).isTrue();
        assertThat(quota.tryAcquire("a").admitted()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1, Integer.MIN_VALUE})
    void permits_ofNone_areRefused(int permits) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> quota.tryAcquire("a", permits))
                .withMessage("permits must be at least 1: " + permits);
    }

    @Test
    void classes_haveLimitsOfTheirOwn() {
        Map<String, String> plans = new ConcurrentHashMap<>(Map.of("g", "gold", "s", "silver"));
        Quota tiered = quota(builder -> builder.clientClass("gold", 10, SECOND).classOf(plans::get));
        assertThat(admittedOf(tiered, "g", 20)).isEqualTo(10);
        assertThat(admittedOf(tiered, "s", 20)).as("a class that there is not").isEqualTo(3);
        assertThat(admittedOf(tiered, "other", 20)).isEqualTo(3);
        // A better plan counts at once, less what was used.
        plans.put("other", "gold");
        assertThat(admittedOf(tiered, "other", 20)).isEqualTo(7);
    }

    @Test
    void classOfACall_isStrongerThanThatOfTheKey() {
        Quota tiered = quota(builder -> builder.clientClass("gold", 10, SECOND).classOf(key -> "gold"));
        int admitted = 0;
        for (int i = 0; i < 20; i++) {
            admitted += tiered.tryAcquire("a", null, 1).admitted() ? 1 : 0;
        }
        assertThat(admitted).isEqualTo(3);
        assertThat(tiered.tryAcquire("a", "gold", 7).admitted()).isTrue();
        assertThat(tiered.tryAcquire("a", "gold", 1).admitted()).isFalse();
    }

    @Test
    void shadow_admitsAndCounts() {
        Quota shadow = quota(builder -> builder.enforcement(Enforcement.SHADOW));
        assertThat(admittedOf(shadow, "a", 5)).isEqualTo(5);
        assertThat(shadow.tryAcquire("a").shadowed()).isTrue();
        assertThat(shadow.tryAcquire("b").shadowed()).isFalse();
        assertThat(shadow.stats()).isEqualTo(new QuotaStats(4, 3, 0, 0, 0, 0, 2, 0, Map.of()));
        shadow.change(now -> now.enforcement(Enforcement.ENFORCE));
        assertThat(shadow.tryAcquire("a").admitted()).isFalse();
    }

    @Test
    void off_admitsAndSaysNothing() {
        quota.change(now -> now.enforcement(Enforcement.OFF));
        assertThat(admittedOf(quota, "a", 5)).isEqualTo(5);
        assertThat(admittedOf(quota, null, 5)).isEqualTo(5);
        ClientKey throwing = request -> {
            throw new AssertionError("nobody asks");
        };
        assertThat(quota.tryAcquire(ScriptedRequest.from(null), throwing).admitted())
                .isTrue();
        assertThat(quota.stats()).isEqualTo(new QuotaStats(0, 0, 0, 0, 0, 0, 0, 0, Map.of()));
    }

    @Test
    void change_countsAtOnceAndKeepsWhatWasUsed() {
        Quota hourly = quota(builder -> builder.limit(100, HOUR));
        assertThat(admittedOf(hourly, "a", 30)).isEqualTo(30);
        hourly.change(now -> now.limit(40, HOUR));
        assertThat(admittedOf(hourly, "a", 100)).as("30 of 40 were used").isEqualTo(10);
        hourly.change(now -> now.limit(20, HOUR));
        assertThat(admittedOf(hourly, "a", 100)).isZero();
        hourly.change(now -> now.limit(50, HOUR));
        assertThat(admittedOf(hourly, "a", 100))
                .as("40 of 50 were used, under whichever limit")
                .isEqualTo(10);
        ticker.advance(HOUR);
        assertThat(admittedOf(hourly, "a", 100)).isEqualTo(50);
    }

    @Test
    void change_ofAnotherPart_leavesClientsAlone() {
        assertThat(admittedOf(quota, "a", 2)).isEqualTo(2);
        QuotaSettings before = quota.settings();
        quota.settings(before.clientClass("gold", 9, SECOND).maxClients(7).newcomers(1, SECOND));
        assertThat(quota.settings().limit()).isEqualTo(before.limit());
        assertThat(admittedOf(quota, "a", 5)).isEqualTo(1);
    }

    /** Whoever turns the knob all the time neither refills quotas nor keeps them from being refilled. */
    @Test
    void change_again500Times_givesEachPeriodItsPermits() {
        int admitted = 0;
        for (int i = 0; i < 500; i++) {
            int permits = i % 2 == 0 ? 30 : 31;
            quota.change(now -> now.limit(permits, SECOND));
            admitted += admittedOf(quota, "a", 40);
            ticker.advance(Duration.ofMillis(100));
        }
        assertThat(admitted).isBetween(50 * 30, 50 * 31);
    }

    @Test
    void change_ofThePeriod_goesOnFromTheSameBeginning() {
        assertThat(admittedOf(quota, "a", 3)).isEqualTo(3);
        ticker.advance(Duration.ofMillis(900));
        quota.change(now -> now.limit(3, Duration.ofSeconds(10)));
        QuotaDecision refused = quota.tryAcquire("a");
        assertThat(refused.retryAfter()).isEqualTo(Duration.ofMillis(9_100));
        quota.change(now -> now.limit(3, SECOND));
        assertThat(quota.tryAcquire("a").retryAfter()).isEqualTo(Duration.ofMillis(100));
    }

    @ParameterizedTest
    @NullSource
    @ValueSource(strings = {"", "  "})
    void missingKeys_shareOneQuota(String key) {
        assertThat(admittedOf(quota, key, 5)).isEqualTo(3);
        assertThat(admittedOf(quota, null, 5)).isZero();
        assertThat(admittedOf(quota, "a", 5)).isEqualTo(3);
        assertThat(quota.stats().missingKeys()).isEqualTo(10);
        assertThat(quota.stats().refused()).isEqualTo(9);
    }

    @Test
    void missingKeys_haveALimitOrAnotherPolicy() {
        quota.change(now -> now.unknown(1, SECOND));
        assertThat(admittedOf(quota, null, 5)).isEqualTo(1);
        quota.change(now -> now.missingKeys(MissingKeys.ADMIT));
        assertThat(admittedOf(quota, null, 5)).isEqualTo(5);
        quota.change(now -> now.missingKeys(MissingKeys.REFUSE));
        assertThat(admittedOf(quota, null, 5)).isZero();
        assertThat(quota.tryAcquire((String) null).retryAfter()).isEqualTo(SECOND);
    }

    @Test
    void keyThatThrows_isMissingAndToldOnceAMinute() {
        ClientKey throwing = request -> {
            throw new StackOverflowError("of a key");
        };
        Quota tiered = quota(builder -> builder.classOf(key -> {
            throw new IllegalStateException("of a class");
        }));
        try (LogCapture log = LogCapture.of(Quota.class)) {
            for (int i = 0; i < 100; i++) {
                QuotaDecision unused = quota.tryAcquire(ScriptedRequest.from("192.0.2.1"), throwing);
                QuotaDecision unusedToo = tiered.tryAcquire("a");
            }
            assertThat(log.warnings()).hasSize(2).allMatch(message -> message.contains("Quota api"));
            ticker.advance(Duration.ofMinutes(1));
            assertThat(quota.tryAcquire(ScriptedRequest.from("192.0.2.1"), throwing)
                            .admitted())
                    .isTrue();
            assertThat(log.warnings()).hasSize(3);
        }
        assertThat(quota.stats()).isEqualTo(new QuotaStats(4, 0, 97, 0, 101, 0, 0, 0, Map.of()));
        assertThat(tiered.stats().allowed()).isEqualTo(3);
    }

    @Test
    void keysOfRequests_areFound() {
        ScriptedRequest anna = ScriptedRequest.from("192.0.2.1").header("X-Api-Key", "anna");
        for (int i = 0; i < 5; i++) {
            assertThat(quota.tryAcquire(anna, ClientKey.header("X-Api-Key")).admitted())
                    .isEqualTo(i < 3);
        }
        assertThat(quota.tryAcquire(anna, request -> null).admitted()).isTrue();
        assertThat(quota.stats().missingKeys()).isEqualTo(1);
    }

    @Test
    void longKeys_areToldApartAndKeptShort() {
        String prefix = "k".repeat(100_000);
        assertThat(admittedOf(quota, prefix + "1", 5)).isEqualTo(3);
        assertThat(admittedOf(quota, prefix + "2", 5)).isEqualTo(3);
        assertThat(admittedOf(quota, prefix + "1", 5)).isZero();
        assertThat(Keys.bounded(prefix)).hasSizeLessThan(Keys.LONGEST);
        assertThat(Keys.bounded("k".repeat(128))).hasSize(128);
    }

    @Test
    void limitOfZero_isRefusedAndTellsWhatToDo() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Quota.builder("api").limit(0, SECOND))
                .withMessageContaining("at least 1: 0")
                .withMessageContaining("Enforcement.OFF");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> quota.change(now -> now.clientClass("gold", 0, SECOND)))
                .withMessageContaining("0");
        assertThat(admittedOf(quota, "a", 5))
                .as("a change that fails changes nothing")
                .isEqualTo(3);
    }

    @Test
    void nonsense_isRefusedWithItsValue() {
        Quota.Builder builder = Quota.builder("api");
        refused(() -> builder.limit(-5, SECOND), "-5");
        refused(() -> builder.limit(QuotaLimit.MAX_PERMITS + 1, SECOND), "1000000001");
        refused(() -> builder.limit(1, Duration.ZERO), "PT0S");
        refused(() -> builder.limit(1, Duration.ofMillis(9)), "PT0.009S");
        refused(() -> builder.limit(1, SECOND.negated()), "PT-1S");
        refused(() -> builder.limit(1, Duration.ofDays(2)), "PT48H");
        refused(() -> builder.limit(1, Duration.ofSeconds(Long.MAX_VALUE)), "PT");
        refused(() -> builder.clientClass(" ", 1, SECOND), "' '");
        refused(() -> builder.maxClients(0), "0");
        refused(() -> builder.maxClients(10_000_001), "10000001");
        refused(() -> builder.newcomers(0, SECOND), "0");
        refused(() -> builder.unknown(0, SECOND), "0");
        refused(() -> Quota.builder("\t"), "'\t'");
        assertThatExceptionOfType(IllegalStateException.class)
                .isThrownBy(builder::build)
                .withMessageContaining("api")
                .withMessageContaining("limit(");
    }

    @Test
    void largestLimit_doesNotOverflow() {
        Quota large = quota(builder -> builder.limit(QuotaLimit.MAX_PERMITS, Duration.ofDays(1)));
        assertThat(large.tryAcquire("a", QuotaLimit.MAX_PERMITS).admitted()).isTrue();
        assertThat(large.tryAcquire("a", Integer.MAX_VALUE).admitted()).isFalse();
        ticker.advance(Duration.ofDays(300));
        assertThat(large.tryAcquire("a", Integer.MAX_VALUE).admitted()).isTrue();
    }

    private static void refused(Runnable call, String value) {
        assertThatIllegalArgumentException().isThrownBy(call::run).withMessageContaining(value);
    }

    private static long admittedOf(Quota quota, @Nullable Route route, @Nullable String key, int requests) {
        return IntStream.range(0, requests)
                .filter(i -> quota.tryAcquireOn(route, key, 1).admitted())
                .count();
    }

    private static int admittedOf(Quota quota, String key, int requests) {
        int admitted = 0;
        for (int i = 0; i < requests; i++) {
            admitted += quota.tryAcquire(key).admitted() ? 1 : 0;
        }
        return admitted;
    }
}
