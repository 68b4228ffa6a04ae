/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.guard;

import static org.assertj.core.api.Assertions.assertThat;

import io.loadline.LogCapture;
import io.loadline.limit.ConcurrencyLimiter;
import io.loadline.limit.Route;
import io.loadline.time.ManualTicker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;
import org.junit.jupiter.api.Test;

/** More clients than there are places. */
class QuotaFloodTest {
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final int PLACES = 1_000;
    private static final int LIMIT = 10;
    private static final int HONEST = 200;

    private final ManualTicker ticker = new ManualTicker();
    private final Quota quota = Quota.builder("api")
            .limit(LIMIT, SECOND)
            .newcomers(50, SECOND)
            .maxClients(PLACES)
            .ticker(ticker)
            .build();
    private int strangers;

    /** All routes together have as many places as there are: keys times routes are bounded, and newcomers share, there, too. */
    @Test
    void newcomers_ofManyRoutes_shareWhatEachRouteLetsThem() {
        Quota.Builder builder =
                Quota.builder("api").limit(1_000_000, SECOND).maxClients(PLACES).ticker(ticker);
        ConcurrencyLimiter limiter =
                ConcurrencyLimiter.builder("test").ticker(ticker).build();
        List<Route> routes = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            routes.add(limiter.route("GET /" + i));
            builder.route("GET /" + i, 1, SECOND);
        }
        Quota many = builder.build();
        for (int i = 0; i < 10_000; i++) {
            for (Route each : routes) {
                QuotaDecision unused = many.tryAcquireOn(each, "stranger-" + i, 1);
            }
        }
        many.tidy();
        // Each place once, and ten for the newcomers of each route.
        assertThat(many.stats().allowed()).isEqualTo(PLACES + 10 * 10);
        assertThat(many.stats().crowded()).isEqualTo(100_000 - PLACES - 10 * 10);
        assertThat(many.stats().clients()).isLessThanOrEqualTo(PLACES);
    }

    @Test
    void newcomers_shareOneQuotaWhenAllPlacesAreTaken() {
        flood(PLACES);
        assertThat(quota.stats().allowed()).isEqualTo(PLACES);
        try (LogCapture log = LogCapture.of(Quota.class)) {
            flood(100_000);
            assertThat(log.warnings()).singleElement().asString().contains("more than 1000 clients");
        }
        assertThat(quota.stats().allowed()).isEqualTo(PLACES + 50);
        assertThat(quota.stats().crowded()).isEqualTo(100_000 - 50);
        assertThat(quota.stats().refused()).isZero();
        assertThat(quota.stats().clients()).isEqualTo(PLACES);
        assertThat(quota.stats().newcomers()).isLessThanOrEqualTo(PLACES / 4);
    }

    /** Keys that are used often, one after the other, get no more: who goes before a period is over stays a newcomer. */
    @Test
    void newcomers_thatUseEachKeyAHundredTimes_shareIt() {
        flood(PLACES);
        long before = quota.stats().allowed();
        for (int second = 0; second < 10; second++) {
            for (int key = 0; key < 100; key++) {
                for (int i = 0; i < 100; i++) {
                    QuotaDecision unused = quota.tryAcquire("burst-" + second + "-" + key);
                }
            }
            ticker.advance(SECOND);
        }
        assertThat(quota.stats().allowed() - before).isEqualTo(10 * 50);
    }

    @Test
    void honestClients_keepTheirQuotaInAFlood() {
        int asked = 0;
        int admitted = 0;
        for (int tenth = 0; tenth < 300; tenth++) {
            boolean flooded = tenth >= 20;
            for (int client = 0; client < HONEST; client++) {
                // One of ten a second, spread: the least busy that come each second at all.
                if (client % 10 == tenth % 10 || client < HONEST / 2) {
                    asked += flooded ? 1 : 0;
                    admitted += quota.tryAcquire("honest-" + client).admitted() && flooded ? 1 : 0;
                }
                if (flooded) {
                    flood(25);
                }
            }
            ticker.advance(Duration.ofMillis(100));
        }
        assertThat(strangers).isGreaterThan(1_000_000);
        assertThat(admitted).isEqualTo(asked);
        assertThat(quota.stats().clients()).isLessThanOrEqualTo(PLACES);
    }

    /** The flood has been there first and holds all places. */
    @Test
    void honestClients_thatComeIntoAFlood_getTheirQuotaSoon() {
        flood(10 * PLACES);
        IntConsumer second = flooding -> {
            for (int tenth = 0; tenth < 10; tenth++) {
                for (int client = 0; client < 20; client++) {
                    QuotaDecision unused = quota.tryAcquire("honest-" + client);
                    flood(flooding);
                }
                ticker.advance(Duration.ofMillis(100));
            }
        };
        for (int i = 0; i < 10; i++) {
            second.accept(20);
        }
        // A period begins when a client gets its place.
        ticker.advance(SECOND);
        int admitted = 0;
        for (int client = 0; client < 20; client++) {
            for (int i = 0; i < LIMIT; i++) {
                admitted += quota.tryAcquire("honest-" + client).admitted() ? 1 : 0;
            }
            ticker.advance(SECOND);
            flood(5_000);
        }
        assertThat(admitted).isEqualTo(20 * LIMIT);
    }

    @Test
    void places_ofWhoStaysAway_becomeFreeAfterAMinute() {
        flood(PLACES);
        ticker.advance(Duration.ofSeconds(61));
        assertThat(quota.tryAcquire("late").admitted()).isTrue();
        quota.tidy();
        assertThat(quota.stats().clients()).isLessThanOrEqualTo(1);
        flood(PLACES / 2);
        assertThat(quota.stats().crowded()).isZero();
        assertThat(quota.stats().allowed()).isEqualTo(PLACES + 1 + PLACES / 2);
        assertThat(quota.stats().evicted())
                .as("those had all their permits again")
                .isZero();
    }

    @Test
    void client_isNotForgottenWithinItsPeriod() {
        Quota daily =
                Quota.builder("api").limit(1, Duration.ofDays(1)).ticker(ticker).build();
        assertThat(daily.tryAcquire("a").admitted()).isTrue();
        for (int hour = 0; hour < 23; hour++) {
            ticker.advance(Duration.ofHours(1));
            assertThat(daily.tryAcquire("b" + hour).admitted()).isTrue();
        }
        daily.tidy();
        assertThat(daily.tryAcquire("a").admitted()).isFalse();
    }

    @Test
    void maxClients_canBeChanged() {
        flood(PLACES);
        quota.change(now -> now.maxClients(PLACES / 2));
        assertThat(quota.stats().clients()).isEqualTo(PLACES / 2);
        assertThat(quota.stats().evicted()).isEqualTo(PLACES / 2);
        flood(60);
        assertThat(quota.stats().crowded()).isEqualTo(10);
        quota.change(now -> now.maxClients(PLACES));
        flood(PLACES / 2);
        assertThat(quota.stats().crowded()).isEqualTo(10);
        assertThat(quota.stats().clients()).isEqualTo(PLACES);
    }

    @Test
    void oneClientAtATime_isEnoughForOne() {
        quota.change(now -> now.maxClients(1));
        for (int i = 0; i < 100; i++) {
            assertThat(quota.tryAcquire("only").admitted()).isTrue();
            flood(1_000);
            ticker.advance(SECOND);
        }
        assertThat(quota.stats().clients()).isEqualTo(1);
    }

    private void flood(int keys) {
        for (int i = 0; i < keys; i++) {
            QuotaDecision unused = quota.tryAcquire("stranger-" + strangers++);
        }
    }
}
