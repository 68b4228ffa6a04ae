/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.signal;

import static io.loadline.internal.Checks.checkArgument;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** All queues that a service takes its work from. Thread-safe. */
final class Backlogs {
    private final List<Backlog> all;

    /** Those among {@code saturations}. */
    Backlogs(List<Saturation> saturations) {
        this.all = saturations.stream()
                .filter(Backlog.class::isInstance)
                .map(Backlog.class::cast)
                .toList();
        Set<String> names = new HashSet<>();
        all.forEach(each -> checkArgument(names.add(each.name()), "two backlogs have one name: %s", each.name()));
    }

    /** What is known of each now. */
    List<QueueSnapshot> tick(boolean localLimit) {
        all.forEach(each -> each.localLimit(localLimit));
        return all.stream().map(Backlog::snapshot).toList();
    }

    /** Whether there is one that cannot be read, though not for so long that one has to do without. */
    boolean areUnknown() {
        return all.stream().anyMatch(Backlog::isUnknown);
    }

    /** The greatest of those loads that are known; NaN if none is. */
    static double load(List<QueueSnapshot> queues) {
        double greatest = Double.NaN;
        for (QueueSnapshot each : queues) {
            greatest = RecentLoads.greater(greatest, each.load());
        }
        return greatest;
    }
}
