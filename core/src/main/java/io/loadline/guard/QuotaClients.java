/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.guard;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Policy;
import com.github.benmanes.caffeine.cache.RemovalCause;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** The clients a quota knows, never more than there is room for. Thread-safe. */
final class QuotaClients {
    /*
     * While there is room, whoever comes gets a place with an allowance of its own. Who comes when all places are taken is a
     * newcomer: it goes into a lobby, and shares one allowance with all others there. Who is still there after a whole period
     * of its limit gets a place, and with it a full allowance. So a flood of keys, used once or a hundred times each, gets
     * what newcomers get, and as many clients as there are places, plus as many as the lobby holds, can have used an
     * allowance within a period. Who is forgotten and comes again is a newcomer again: forgetting gives nothing away.
     *
     * Both are caches with W-TinyLFU [1]: of two that want one place, the one that asks more often has it. A flood of keys
     * that come once is held up at the door of the lobby already, however long it lasts; who comes again stays in it. Only
     * who has stayed competes with those that have a place.
     *
     * Who has asked for nothing through the longest period has its whole allowance again, so forgetting it loses nothing. It
     * is not forgotten before a minute: places that become free quickly would go to the next of a flood, with an allowance
     * for each.
     *
     * To note an access costs more than everything else. So it is noted for one of the requests that a client makes within a
     * tenth of a second, and who asks more often than ten times a second counts as one that does so.
     *
     * Eviction runs in the threads that ask, a bit at a time. The cache's own pool might be busy with the flood.
     *
     * [1] G. Einziger, R. Friedman, B. Manes, TinyLFU: A Highly Efficient Cache Admission Policy, 2017
     */
    private static final long IDLE_NANOS = 60_000_000_000L;
    private static final long TOUCH_NANOS = 100_000_000L;
    private static final long TIDY_NANOS = 1_000_000_000L;
    private static final int PLACES_PER_LOBBY_PLACE = 4;
    private static final int SMALLEST_LOBBY = 16;

    private final QuotaClock clock;
    private final Cache<String, Allowance> placed;
    private final Policy<String, Allowance> quietly;

    /** By key, when it came. */
    private final Cache<String, Long> lobby;

    private final LongAdder evicted = new LongAdder();

    /** When expired places were last looked for by somebody who found none free. Written and read by those. */
    private final AtomicLong tidiedNanos;

    QuotaClients(QuotaClock clock, QuotaPlan plan) {
        this.clock = clock;
        this.tidiedNanos = new AtomicLong(clock.read());
        Duration idle = idle(plan);
        int places = plan.settings.maxClients();
        this.placed = Caffeine.newBuilder()
                .maximumSize(places)
                .expireAfterAccess(idle)
                .ticker(clock)
                .executor(Runnable::run)
                .evictionListener(
                        (@Nullable String key, @Nullable Allowance allowance, RemovalCause cause) -> count(cause))
                .build();
        this.quietly = placed.policy();
        this.lobby = Caffeine.newBuilder()
                .maximumSize(lobbySize(places))
                .expireAfterAccess(idle)
                .ticker(clock)
                .executor(Runnable::run)
                .build();
    }

    /** The allowance that a request of {@code key} takes from; {@code newcomers} if it is one of those. */
    Allowance of(String key, QuotaPlan plan, QuotaTerms terms, Allowance newcomers) {
        Allowance allowance = quietly.getIfPresentQuietly(key);
        if (allowance == null) {
            return arrive(key, plan, terms, newcomers);
        }
        if (allowance.isTouchDue(TOUCH_NANOS)) {
            Allowance unused = placed.getIfPresent(key);
        }
        if (allowance.terms != terms) {
            allowance =
                    placed.asMap().computeIfPresent(key, (same, now) -> now.terms == terms ? now : now.under(terms));
        }
        return allowance == null ? arrive(key, plan, terms, newcomers) : allowance;
    }

    private Allowance arrive(String key, QuotaPlan plan, QuotaTerms terms, Allowance newcomers) {
        if (isFull(plan)) {
            long now = clock.read();
            Long came = lobby.getIfPresent(key);
            if (came == null) {
                lobby.put(key, now);
                return newcomers;
            }
            if (now - came < terms.periodNanos) {
                return newcomers;
            }
        }
        if (lobby.estimatedSize() > 0) {
            lobby.invalidate(key);
        }
        return place(key, terms);
    }

    /** Nobody who has a place may have come for long, and then nobody's is freed: so who comes looks, now and then. */
    private boolean isFull(QuotaPlan plan) {
        int places = plan.settings.maxClients();
        if (placed.estimatedSize() < places) {
            return false;
        }
        long now = clock.read();
        long tidied = tidiedNanos.get();
        if (now - tidied < TIDY_NANOS || !tidiedNanos.compareAndSet(tidied, now)) {
            return true;
        }
        placed.cleanUp();
        return placed.estimatedSize() >= places;
    }

    /** Somebody else may have placed it meanwhile, by the terms of another plan. */
    private Allowance place(String key, QuotaTerms terms) {
        return placed.asMap().compute(key, (same, now) -> {
            if (now == null) {
                return new Allowance(clock, terms);
            }
            return now.terms == terms ? now : now.under(terms);
        });
    }

    /** Makes room, or takes it away, as {@code plan} says. */
    void follow(QuotaPlan plan) {
        int places = plan.settings.maxClients();
        Duration idle = idle(plan);
        follow(placed.policy(), places, idle);
        follow(lobby.policy(), lobbySize(places), idle);
    }

    private static void follow(Policy<?, ?> policy, long size, Duration idle) {
        policy.eviction().orElseThrow().setMaximum(size);
        policy.expireAfterAccess().orElseThrow().setExpiresAfter(idle);
    }

    long placed() {
        return placed.estimatedSize();
    }

    long newcomers() {
        return lobby.estimatedSize();
    }

    long evicted() {
        return evicted.sum();
    }

    /** Forgets those whose time has come, which otherwise happens as others come. */
    void tidy() {
        placed.cleanUp();
        lobby.cleanUp();
    }

    private void count(RemovalCause cause) {
        if (cause == RemovalCause.SIZE) {
            evicted.increment();
        }
    }

    private static Duration idle(QuotaPlan plan) {
        return Duration.ofNanos(Math.max(IDLE_NANOS, plan.longestPeriodNanos()) + TOUCH_NANOS);
    }

    private static long lobbySize(int places) {
        return Math.max(SMALLEST_LOBBY, places / PLACES_PER_LOBBY_PLACE);
    }
}
