/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.signal;

import io.loadline.limit.RejectionReason;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/**
 * What enforcing would have refused of the calls that ran in shadow mode, over the last minutes. Immutable.
 *
 * <p>For the limits it is an upper bound: what would have been refused ran, and made the service busier than it would
 * have been.
 *
 * @param over the time it is about; zero outside shadow mode and while the limiter warms up
 * @param calls calls that ended in that time
 * @param refused those of them that would have been refused
 * @param refusals the same by route and reason, most first
 */
public record ShadowReport(Duration over, long calls, long refused, List<Refusals> refusals) {
    /** Nothing to report. */
    public static final ShadowReport NONE = new ShadowReport(Duration.ZERO, 0, 0, List.of());

    private static final int MOST_IN_WORDS = 3;

    /** Copies the list. */
    public ShadowReport {
        refusals = List.copyOf(refusals);
    }

    /**
     * Calls of one route that would have been refused for one reason. Immutable.
     *
     * @param route the route's name
     * @param reason why
     * @param calls how many
     */
    public record Refusals(String route, RejectionReason reason, long calls) {}

    /** The part of the calls that would have been refused, 0 to 1; 0 without calls. */
    public double share() {
        return calls == 0 ? 0 : (double) refused / calls;
    }

    /** The whole in a sentence for people; empty if there is nothing to report. */
    public String explanation() {
        if (over.isZero()) {
            return "";
        }
        if (refused == 0) {
            return String.format(
                    Locale.ROOT, "In the last %s enforcing would have refused none of %,d calls.", time(), calls);
        }
        StringBuilder text = new StringBuilder(128);
        text.append(String.format(
                Locale.ROOT,
                "In the last %s enforcing would have refused %,d of %,d calls (%s %%): ",
                time(),
                refused,
                calls,
                percent()));
        long told = 0;
        for (Refusals each : refusals.subList(0, Math.min(MOST_IN_WORDS, refusals.size()))) {
            text.append(told == 0 ? "" : ", ");
            text.append(String.format(
                    Locale.ROOT,
                    "%,d on %s (%s)",
                    each.calls(),
                    each.route(),
                    each.reason().tag()));
            told += each.calls();
        }
        if (told < refused) {
            text.append(String.format(Locale.ROOT, ", %,d on others", refused - told));
        }
        return text.append('.').toString();
    }

    private String time() {
        long seconds = Math.max(1, Math.round(over.toMillis() / 1e3));
        return seconds < 90 ? seconds + " s" : Math.round(seconds / 60.0) + " min";
    }

    /** What is not nothing does not read as 0.0. */
    private String percent() {
        double percent = 100 * share();
        return percent < 0.1 ? "below 0.1" : String.format(Locale.ROOT, "%.1f", percent);
    }
}
