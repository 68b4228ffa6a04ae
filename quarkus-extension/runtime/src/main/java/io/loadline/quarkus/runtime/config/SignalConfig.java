/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.quarkus.runtime.config;

import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.Optional;

/** The settings under {@code quarkus.loadline.signal.*}. Immutable. */
public interface SignalConfig {

    /** What the load will be when an instance that is asked for now would be there. */
    Forecast forecast();

    /** The settings under {@code quarkus.loadline.signal.forecast.*}. */
    interface Forecast {
        /** Whether there is a second load, `loadline.load.forecast`, that may only be greater. */
        @WithDefault("false")
        boolean enabled();

        /**
         * How far ahead, 5 seconds to 10 minutes. Default: the time this process took from its start until it was ready, and
         * 15 s for the autoscaler to look.
         */
        Optional<Duration> horizon();
    }
}
