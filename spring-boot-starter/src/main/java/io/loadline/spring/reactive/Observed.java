/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring.reactive;

import io.loadline.metrics.LoadlineObservations;
import io.micrometer.observation.Observation;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import reactor.util.context.ContextView;

/** The observation under way of whoever subscribes, which Spring keeps in his context. Stateless. */
final class Observed {
    /** That of {@code ObservationThreadLocalAccessor}, a class which needs a library that is not always there. */
    private static final String KEY = "micrometer.observation";

    private Observed() {}

    static @Nullable Observation of(ContextView view) {
        return view.getOrDefault(KEY, null);
    }

    /** What {@code action} returns, with that observation as the one that is told. */
    static <T extends @Nullable Object> T telling(ContextView view, Supplier<T> action) {
        Observation observation = of(view);
        return observation == null ? action.get() : LoadlineObservations.assuming(observation, action);
    }
}
