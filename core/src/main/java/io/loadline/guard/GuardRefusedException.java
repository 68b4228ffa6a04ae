/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.guard;

import java.time.Duration;

/**
 * Thrown when a {@link DependencyGuard} does not make a call. Has no stack trace and takes no suppressed exceptions, since
 * refusals come in thousands.
 *
 * <p>To the limiter such a call is neither a success nor one that was dropped for want of own capacity.
 */
public final class GuardRefusedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String dependency;
    private final GuardRefusal reason;
    private final Duration retryAfter;

    GuardRefusedException(String dependency, GuardRefusal reason, Duration retryAfter) {
        super(null, null, false, false);
        this.dependency = dependency;
        this.reason = reason;
        this.retryAfter = retryAfter;
    }

    /** Built when it is asked for: most are never looked at. */
    @Override
    public String getMessage() {
        return "Call to '" + Names.printable(dependency) + "' refused: " + reason.tag();
    }

    /** The guard's name. */
    public String dependency() {
        return dependency;
    }

    /** Why. */
    public GuardRefusal reason() {
        return reason;
    }

    /** After how long another try makes sense, as far as that is known; at least zero. */
    public Duration retryAfter() {
        return retryAfter;
    }
}
