/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.signal;

import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Asks who tells of dependencies. Not thread-safe; confined to the beat. */
final class DependencyNews {
    private static final Logger LOG = LoggerFactory.getLogger(LoadSignal.class);

    private final Supplier<Optional<String>> cutOff;
    private final Supplier<Optional<String>> waitedFor;
    private boolean warned;

    DependencyNews(Supplier<Optional<String>> cutOff, Supplier<Optional<String>> waitedFor) {
        this.cutOff = cutOff;
        this.waitedFor = waitedFor;
    }

    /** What they tell now; of none if that fails: whatever they throw, the load must not freeze at its last value. */
    Told ask() {
        return new Told(told(cutOff), told(waitedFor));
    }

    private Optional<String> told(Supplier<Optional<String>> dependency) {
        try {
            return Objects.requireNonNull(dependency.get(), "no Optional");
        } catch (Throwable e) {
            warn(e);
            return Optional.empty();
        }
    }

    private void warn(Throwable failure) {
        try {
            if (!warned) {
                warned = true;
                LOG.warn("Who tells of dependencies failed, and none counts as slow; this is logged once", failure);
            }
        } catch (Throwable unlogged) {
            // Without memory, or with an appender that throws, not even this can be told.
        }
    }

    /** The dependency that is cut off, and the one that requests spend most of their time with. */
    record Told(Optional<String> cutOff, Optional<String> waitedFor) {
        boolean any() {
            return cutOff.isPresent() || waitedFor.isPresent();
        }
    }
}
