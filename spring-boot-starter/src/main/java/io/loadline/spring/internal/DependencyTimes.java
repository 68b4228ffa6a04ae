/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring.internal;

import io.loadline.Loadline;
import io.loadline.limit.CallContext;

/** Begins to take down how long requests wait for dependencies. Stateless. */
public final class DependencyTimes {
    private DependencyTimes() {}

    /** The context in which an admitted request is served: the same while there are no guards that would tell of waits. */
    public static CallContext begin(Loadline loadline, CallContext context) {
        return loadline.guards().isEmpty()
                ? context
                : context.timing(loadline.limiter().beginTiming());
    }
}
