/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.limit;

/**
 * Thrown by {@link ConcurrencyLimiter#call} when a call is refused. Immutable: it has no stack trace and takes no
 * suppressed exceptions, and one instance per reason is thrown for every refusal, since refusals come in thousands.
 */
public final class RejectedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private static final RejectedException LIMIT = new RejectedException(RejectionReason.LIMIT);
    private static final RejectedException ROUTE_CAP = new RejectedException(RejectionReason.ROUTE_CAP);
    private static final RejectedException QUEUE = new RejectedException(RejectionReason.QUEUE);
    private static final RejectedException DRAINING = new RejectedException(RejectionReason.DRAINING);
    private static final RejectedException PRIORITY = new RejectedException(RejectionReason.PRIORITY);
    private static final RejectedException DEADLINE = new RejectedException(RejectionReason.DEADLINE);
    private static final RejectedException QUOTA = new RejectedException(RejectionReason.QUOTA);

    private final RejectionReason reason;

    private RejectedException(RejectionReason reason) {
        super("Refused: " + reason.tag(), null, false, false);
        this.reason = reason;
    }

    /** The exception for {@code reason}; always the same object. */
    public static RejectedException of(RejectionReason reason) {
        return switch (reason) {
            case LIMIT -> LIMIT;
            case ROUTE_CAP -> ROUTE_CAP;
            case QUEUE -> QUEUE;
            case DRAINING -> DRAINING;
            case PRIORITY -> PRIORITY;
            case DEADLINE -> DEADLINE;
            case QUOTA -> QUOTA;
        };
    }

    /** The refusal, ready for the wire. */
    public Rejection rejection() {
        return Rejection.of(reason);
    }
}
