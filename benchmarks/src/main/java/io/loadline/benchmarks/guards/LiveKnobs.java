/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.guards;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Every setting of the sample that changes while it runs: what it starts with, and changes of it. Stateless.
 *
 * <p>Nobody is refused by what it starts with, nor by any of the changes: those that would refuse everybody, such as a quota
 * of one request, come together with {@code shadow}. A part of such a change without the rest, or the parts in the wrong
 * order when it is taken back, would refuse requests, and that is how a mixed state shows itself to clients.
 */
final class LiveKnobs {
    private static final String LIMIT = "loadline.limit.";
    private static final String QUOTA = "loadline.guard.quota.";
    private static final String INVENTORY = "loadline.guard.dependencies.inventory.";
    private static final String DEGRADATION = "loadline.guard.degradation.";
    private static final String RECOMMENDATIONS = DEGRADATION + "features.recommendations.";
    private static final String REVIEWS = DEGRADATION + "features.reviews.";
    private static final String INTAKE = "loadline.guard.intake.";
    private static final String DRAIN = "loadline.drain.";

    /** What the sample is started with, beside its own properties. */
    static final Map<String, String> START = Map.ofEntries(
            Map.entry(LIMIT + "min", "100"),
            Map.entry(LIMIT + "max", "400"),
            Map.entry(LIMIT + "initial", "200"),
            Map.entry(LIMIT + "max-streams", "500"),
            Map.entry(LIMIT + "routes.work.routes", "GET /work"),
            Map.entry(LIMIT + "routes.work.share", "0.3"),
            Map.entry(LIMIT + "routes.work.cap", "300"),
            Map.entry(LIMIT + "routes.work.cap-share", "0.9"),
            Map.entry(QUOTA + "limit", "100000"),
            Map.entry(QUOTA + "routes.work.limit", "100000"),
            Map.entry(QUOTA + "routes.work.period", "2s"),
            Map.entry(QUOTA + "classes.gold.limit", "200000"),
            Map.entry(QUOTA + "classes.gold.period", "2s"),
            Map.entry(QUOTA + "classes.gold.clients", "192.0.2.1"),
            Map.entry(INVENTORY + "concurrency", "50"),
            Map.entry(RECOMMENDATIONS + "off-above", "1.5"),
            Map.entry(REVIEWS + "off-above", "2.5"),
            Map.entry(REVIEWS + "on-below", "1.2"));

    /** Each of them changes several settings at once; those that are half of them apart have none in common. */
    static final List<Map<String, String>> CHANGES = List.of(
            Map.of(LIMIT + "enforcement", "shadow", LIMIT + "min", "1", LIMIT + "max", "1"),
            Map.of(
                    LIMIT + "enforcement", "shadow",
                    LIMIT + "routes.work.share", "0.1",
                    LIMIT + "routes.work.cap", "1",
                    LIMIT + "routes.work.cap-share", "0.5"),
            Map.of(LIMIT + "waiting.max-waiters", "50", LIMIT + "max-streams", "100"),
            Map.of(
                    QUOTA + "enforcement",
                    "shadow",
                    QUOTA + "limit",
                    "1",
                    QUOTA + "period",
                    "10s",
                    QUOTA + "newcomers",
                    "1"),
            Map.of(
                    QUOTA + "classes.gold.limit", "5",
                    QUOTA + "classes.gold.period", "5s",
                    QUOTA + "max-clients", "10000",
                    QUOTA + "missing-keys", "admit"),
            Map.of(
                    QUOTA + "enforcement",
                    "shadow",
                    QUOTA + "routes.work.limit",
                    "1",
                    QUOTA + "routes.work.period",
                    "10s"),
            Map.of(INVENTORY + "concurrency", "80", INVENTORY + "time-limit", "3s"),
            Map.of(
                    RECOMMENDATIONS + "off-above", "0.7",
                    RECOMMENDATIONS + "on-below", "0.5",
                    REVIEWS + "off-above", "3.0",
                    REVIEWS + "on-below", "1.6",
                    DEGRADATION + "settle", "2s",
                    DEGRADATION + "off-at-least", "3s",
                    DEGRADATION + "calm", "20s",
                    DEGRADATION + "silence", "40s"),
            Map.of(RECOMMENDATIONS + "force", "off", REVIEWS + "force", "on"),
            Map.of(
                    INTAKE + "pause-above", "1.6",
                    INTAKE + "resume-below", "1.3",
                    INTAKE + "paused-at-least", "3s",
                    INTAKE + "calm", "4s",
                    INTAKE + "max-wait", "200ms"),
            Map.of(
                    DRAIN + "deadline", "20s",
                    DRAIN + "quiet", "700ms",
                    DRAIN + "settle-max", "8s",
                    DRAIN + "pre-stop-sleep", "1s",
                    DRAIN + "farewell", "3s"),
            Map.of(
                    LIMIT + "enforcement", "shadow",
                    LIMIT + "min", "1",
                    LIMIT + "max", "1",
                    INVENTORY + "time-limit", "4s",
                    RECOMMENDATIONS + "force", "off",
                    INTAKE + "pause-above", "1.7",
                    DRAIN + "deadline", "15s"));

    private LiveKnobs() {}

    /** The change that is made by files of a directory in a round, and taken back so. */
    static Map<String, String> mounted(int round) {
        return new TreeMap<>(CHANGES.get(round % CHANGES.size()));
    }

    /** The change that is made by hand meanwhile. */
    static Map<String, String> byHand(int round) {
        return new TreeMap<>(CHANGES.get((round + CHANGES.size() / 2) % CHANGES.size()));
    }
}
