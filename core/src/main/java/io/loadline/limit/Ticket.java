/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.limit;

/** The format of tickets. Stateless. */
final class Ticket {
    /*
     * (nanoseconds since the limiter was built << 6) | flags. VALID keeps it from being 0. The 58 bits that remain, one of
     * them for the sign, last for 4.6 years, and then begin anew: ages are differences of shifted times, which are right for
     * calls of any process if they themselves run for less. An untimed ticket carries the time of the last beat instead of
     * a reading of the clock, since two readings cost more than everything else on the way in.
     *
     * GROUPED says that the call is counted by its route's group, which gives its place back, see RouteGroup. A call
     * OUTSIDE the limit is counted by no group; two further bits say what it is beyond (the limit, its route's cap, its own
     * deadline), or that it is no call any more but a stream.
     *
     * What is not VALID is no ticket: it is the reason of a refusal, one bit to the left. Nobody outside sees it.
     */
    private static final int FLAG_BITS = 6;
    private static final int FLAGS = (1 << FLAG_BITS) - 1;
    private static final int VALID = 1;
    private static final int TIMED = 2;
    private static final int LOW = 4;
    private static final int OUTSIDE = 8;
    private static final int GROUPED = 16;
    private static final int OUTSIDE_BECAUSE = OUTSIDE | 16 | 32;
    private static final int OUTSIDE_LIMIT = OUTSIDE;
    private static final int OUTSIDE_CAP = OUTSIDE | 32;
    private static final int OUTSIDE_DEADLINE = OUTSIDE | 16;
    private static final int STREAM = OUTSIDE | 16 | 32;

    private static final RejectionReason[] REASONS = RejectionReason.values();

    private Ticket() {}

    /**
     * The ticket of a call that was admitted so.
     *
     * @param admitted a result of {@link AdmissionWord#tryAcquire}, {@link RouteGroup#tryAcquire} or
     *     {@link PriorityThreshold#judgeTime}
     */
    static long of(int admitted, boolean grouped, boolean timed, long nanos) {
        int flags = grouped ? VALID | GROUPED : VALID;
        if (admitted == AdmissionWord.ADMITTED_LOW) {
            flags |= LOW;
        } else if (admitted >= AdmissionWord.ADMITTED_OUTSIDE) {
            flags = VALID | outside(admitted);
        }
        return nanos << FLAG_BITS | (timed ? flags | TIMED : flags);
    }

    private static int outside(int admitted) {
        return switch (admitted) {
            case RouteGroup.ADMITTED_OUTSIDE_CAP -> OUTSIDE_CAP;
            case PriorityThreshold.ADMITTED_OUTSIDE_DEADLINE -> OUTSIDE_DEADLINE;
            default -> OUTSIDE_LIMIT;
        };
    }

    static long refusal(RejectionReason reason) {
        return (long) reason.ordinal() << 1;
    }

    static boolean isRefusal(long ticket) {
        return (ticket & VALID) == 0;
    }

    /** The reason of a refusal. */
    static RejectionReason reason(long refusal) {
        return REASONS[(int) (refusal >> 1)];
    }

    /** Whether it is of a call that is untimed and counted by the limiter's word alone, as most are. */
    static boolean isPlain(long ticket) {
        return (ticket & (FLAGS ^ LOW)) == VALID;
    }

    static boolean isTimed(long ticket) {
        return (ticket & TIMED) != 0;
    }

    static boolean isLow(long ticket) {
        return (ticket & LOW) != 0;
    }

    static boolean isOutside(long ticket) {
        return (ticket & OUTSIDE) != 0;
    }

    static boolean isOutsideLimit(long ticket) {
        return (ticket & OUTSIDE_BECAUSE) == OUTSIDE_LIMIT;
    }

    static boolean isOutsideDeadline(long ticket) {
        return (ticket & OUTSIDE_BECAUSE) == OUTSIDE_DEADLINE;
    }

    static boolean isGrouped(long ticket) {
        return (ticket & (OUTSIDE | GROUPED)) == GROUPED;
    }

    static boolean isStream(long ticket) {
        return (ticket & OUTSIDE_BECAUSE) == STREAM;
    }

    static long asStream(long ticket) {
        return ticket | STREAM;
    }

    static long ageNanos(long ticket, long now) {
        // The flags of now are all set, so that those of the ticket never borrow from its time.
        return Math.max(0, ((now << FLAG_BITS | FLAGS) - ticket) >> FLAG_BITS);
    }
}
