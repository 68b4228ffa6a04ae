/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.memory;

import static io.loadline.internal.Checks.checkArgument;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.loadline.time.Ticker;
import java.nio.file.Path;
import java.util.OptionalLong;

/** Reads the memory of cgroup, JVM and node. Thread-safe. */
@FunctionalInterface
public interface MemoryReader {
    /** What the memory is now; what cannot be read is empty, and nothing throws. */
    MemoryReading read();

    /** A reader of this machine. Needs no privileges. */
    static MemoryReader system() {
        return builder().build();
    }

    /** A builder for a reader. */
    static Builder builder() {
        return new Builder();
    }

    /** Builds readers. Not thread-safe. */
    final class Builder {
        Path root = Path.of("/");
        Ticker ticker = Ticker.system();
        OptionalLong evictionReserveBytes = OptionalLong.empty();

        private Builder() {}

        /** Sets below which directory {@code proc} and the mounts of cgroups are looked for. Default: {@code /}. */
        @CanIgnoreReturnValue
        public Builder root(Path root) {
            this.root = root;
            return this;
        }

        /** Sets where time is read. Default: {@link Ticker#system()}. */
        @CanIgnoreReturnValue
        public Builder ticker(Ticker ticker) {
            this.ticker = ticker;
            return this;
        }

        /**
         * Sets how much available memory the node keeps back because it evicts pods when it has less. Default: 5 % of
         * its memory, at least 100 MiB.
         *
         * @throws IllegalArgumentException if it is negative
         */
        @CanIgnoreReturnValue
        public Builder evictionReserveBytes(long bytes) {
            checkArgument(bytes >= 0, "evictionReserveBytes must not be negative: %s", bytes);
            this.evictionReserveBytes = OptionalLong.of(bytes);
            return this;
        }

        /** A new reader. */
        public MemoryReader build() {
            return new SystemMemoryReader(this);
        }
    }
}
