/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring;

import org.jspecify.annotations.Nullable;

/** Thrown at start when a startup stage cannot be as it was declared. Immutable. */
final class InvalidStageException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String action;

    /** {@code reason} is a sentence without its full stop; {@code action} says what to do about it. */
    InvalidStageException(String reason, String action, @Nullable Throwable cause) {
        super(reason, cause);
        this.action = action;
    }

    /** The stages contradict each other. */
    static InvalidStageException ofAll(IllegalArgumentException cause) {
        return new InvalidStageException(
                "The startup stages cannot be run: " + cause.getMessage(),
                "Change the stages named above, or what they come after.",
                cause);
    }

    /** What to do about it. */
    String action() {
        return action;
    }
}
