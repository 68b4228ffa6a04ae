/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.signal;

import java.time.Instant;
import java.util.Optional;
import java.util.Set;

/** What would have to be more for the service to do more. Not thread-safe; confined to the tick. */
final class Bottleneck {
    /*
     * A dependency that is cut off comes first, since what waits for it may have filled threads and pools here. Then what is
     * busy here; then a dependency that takes most of the time; only then places that calls hold while they wait, which are
     * taken because of that dependency if there is one. A queue in which too much waits comes after all that may be why.
     *
     * Delays grow whatever is short: where the CPUs are used up, tasks of an event loop wait for seconds. So they are left
     * out while something else is used up; what is the bottleneck already, while it is BUSY.
     *
     * Hysteresis: a resource becomes the bottleneck at BUSY, and stays until it is below CALM or another one is clearly
     * ahead of it. The limit stays for a few seconds, since not every second of an overload sheds.
     */
    private static final double BUSY = 0.7;
    private static final double CALM = 0.6;
    private static final double AHEAD = 0.1;
    private static final int LIMIT_TICKS = 5;

    private static final Set<Saturation.Kind> HERE = Set.of(Saturation.Kind.USE, Saturation.Kind.SYMPTOM);
    private static final Set<Saturation.Kind> HERE_WITH_DELAYS =
            Set.of(Saturation.Kind.USE, Saturation.Kind.SYMPTOM, Saturation.Kind.DELAY);

    private String name = "none";
    private Instant since;
    private int limitTicks;

    Bottleneck(Instant now) {
        this.since = now;
    }

    /** {@code dependency:NAME}, the name of a resource, {@code queue:NAME}, {@code limit} or {@code none}. */
    String name() {
        return name;
    }

    Instant since() {
        return since;
    }

    void tick(
            Resources resources, Optional<String> cutOff, Optional<String> waitedFor, boolean saturated, Instant now) {
        limitTicks = saturated ? LIMIT_TICKS : Math.max(0, limitTicks - 1);
        String found = cutOff.map(Bottleneck::dependency)
                .or(() -> busiest(resources, delaysCount(resources) ? HERE_WITH_DELAYS : HERE))
                .or(() -> waitedFor.map(Bottleneck::dependency))
                .or(() -> busiest(resources, Set.of(Saturation.Kind.PLACES)))
                .or(() -> busiest(resources, Set.of(Saturation.Kind.BACKLOG)))
                .orElse(limitTicks > 0 ? "limit" : "none");
        if (!found.equals(name)) {
            name = found;
            since = now;
        }
    }

    private static String dependency(String name) {
        return "dependency:" + name;
    }

    private boolean delaysCount(Resources resources) {
        for (Reading each : resources.all()) {
            double enough = each.bottleneck().equals(name) ? BUSY : Resources.USED_UP;
            if (HERE.contains(each.kind()) && each.utilization() >= enough) {
                return false;
            }
        }
        return true;
    }

    private Optional<String> busiest(Resources resources, Set<Saturation.Kind> kinds) {
        String busiest = null;
        double most = 0;
        double own = Double.NaN;
        for (Reading each : resources.all()) {
            if (!each.isKnown() || !kinds.contains(each.kind())) {
                continue;
            }
            if (each.bottleneck().equals(name)) {
                own = Double.isNaN(own) ? each.utilization() : Math.max(own, each.utilization());
            }
            if (each.utilization() > most) {
                most = each.utilization();
                busiest = each.bottleneck();
            }
        }
        if (own >= CALM && most <= own + AHEAD) {
            return Optional.of(name);
        }
        return most >= BUSY ? Optional.ofNullable(busiest) : Optional.empty();
    }
}
