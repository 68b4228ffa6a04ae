/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.guard;

import java.time.Duration;

/**
 * What a stage of {@link DependencyGuard#callAsync} completes with when the dependency does not answer in time. Has no
 * stack trace, and is no {@link java.util.concurrent.TimeoutException}, which the limiter takes for a want of own capacity.
 */
public final class GuardTimeoutException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String dependency;
    private final Duration limit;

    GuardTimeoutException(String dependency, Duration limit) {
        super(null, null, false, false);
        this.dependency = dependency;
        this.limit = limit;
    }

    @Override
    public String getMessage() {
        return "'" + Names.printable(dependency) + "' did not answer within " + limit.toMillis() + " ms";
    }

    /** The guard's name. */
    public String dependency() {
        return dependency;
    }

    /** The time that the call had. */
    public Duration limit() {
        return limit;
    }
}
