/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.hotpath;

import io.loadline.benchmarks.harness.Figures;
import java.util.List;
import java.util.Map;

/** The bars of one setting. Immutable; somebody who was left out counts as NaN, with which no bar holds. */
final class HotPathBars {
    private static final double TIMED_BAR = 1.20;
    private static final double TIMER_BAR = 0.55;
    private static final double SAMPLED_BAR = 2.2;
    private static final double ADAPTIVE_BAR = 1 / 3.0;
    private static final double CONTENDED_BAR = 1.4;
    private static final double REPORT_NANOS = 60;
    /* An object is 16 bytes at least; in some iterations the JVM itself allocates a megabyte, whoever is measured. */
    private static final double NOTHING_BYTES = 0.1;
    /* Sizes are multiples of 8; the fraction is what the beat allocates meanwhile. */
    private static final double PERMIT_BYTES = 32 + 1;

    private final Setting setting;
    private final Map<Contestant, Measured> contestants;

    HotPathBars(Setting setting, Map<Contestant, Measured> contestants) {
        this.setting = setting;
        this.contestants = contestants;
    }

    void addTo(Figures figures) {
        contestants.forEach((contestant, measured) -> figures.put(
                setting.key() + '_' + contestant.key() + "_ns",
                setting.threads() == 1 ? measured.nanos() : measured.lowest()));
        boolean alone = setting.threads() == 1;
        ratio(
                figures,
                "timed",
                Contestant.LOADLINE_TIMED,
                Contestant.SEMAPHORE_TIMED,
                alone ? TIMED_BAR : CONTENDED_BAR);
        ratio(figures, "sampled", Contestant.LOADLINE_64TH, Contestant.SEMAPHORE, alone ? SAMPLED_BAR : CONTENDED_BAR);
        if (!setting.virtual()) {
            if (alone) {
                ratio(figures, "timer", Contestant.LOADLINE_TIMED, Contestant.RESILIENCE4J_TIMED, TIMER_BAR);
                ratio(figures, "gradient2", Contestant.LOADLINE_64TH, Contestant.GRADIENT2, ADAPTIVE_BAR);
                ratio(figures, "vegas", Contestant.LOADLINE_64TH, Contestant.VEGAS, ADAPTIVE_BAR);
                figures.bar(setting.key() + "_filter_bar", nanos(Contestant.SERVLET_FILTER) <= FilterCost.BAR_NANOS);
                report(figures);
            }
            ratio(figures, "refusal", Contestant.LOADLINE_REFUSED, Contestant.LOADLINE_64TH, 1);
            // Both read the clock, once and twice.
            ratio(figures, "call_refusal", Contestant.LOADLINE_CALL_REFUSED, Contestant.LOADLINE_TIMED, 1);
        }
        boolean silent = List.of(
                        Contestant.LOADLINE_TIMED,
                        Contestant.LOADLINE_EIGHTH,
                        Contestant.LOADLINE_64TH,
                        Contestant.LOADLINE_CALL)
                .stream()
                .allMatch(contestant -> bytes(contestant) < NOTHING_BYTES);
        figures.bar(setting.key() + "_no_allocation_bar", silent)
                .bar(setting.key() + "_permit_bytes_bar", bytes(Contestant.LOADLINE_PERMIT) < PERMIT_BYTES);
    }

    private void ratio(Figures figures, String name, Contestant ours, Contestant reference, double bar) {
        Measured our = contestants.get(ours);
        Measured theirs = contestants.get(reference);
        double ratio;
        if (our == null || theirs == null) {
            ratio = Double.NaN;
        } else if (setting.threads() == 1) {
            ratio = our.ratioTo(theirs);
        } else {
            ratio = our.lowest() / theirs.lowest();
        }
        figures.put(setting.key() + '_' + name + "_ratio", ratio)
                .bar(setting.key() + '_' + name + "_bar", ratio <= bar);
    }

    /** What it takes beyond a header that is always the same. */
    private void report(Figures figures) {
        double nanos = nanos(Contestant.LOAD_REPORT) - nanos(Contestant.CONSTANT_HEADER);
        double bytes = bytes(Contestant.LOAD_REPORT) - bytes(Contestant.CONSTANT_HEADER);
        figures.put(setting.key() + "_report_extra_ns", nanos)
                .put(setting.key() + "_report_extra_bytes", bytes)
                .bar(setting.key() + "_report_bar", nanos <= REPORT_NANOS && bytes < NOTHING_BYTES);
    }

    private double nanos(Contestant contestant) {
        Measured measured = contestants.get(contestant);
        return measured == null ? Double.NaN : measured.nanos();
    }

    private double bytes(Contestant contestant) {
        Measured measured = contestants.get(contestant);
        return measured == null ? Double.NaN : measured.bytes();
    }
}
