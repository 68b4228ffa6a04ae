/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.availability;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.loadline.time.Registration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What becomes of a service after an error that its JVM does not recover from: out of memory, or broken inside.
 * Thread-safe.
 *
 * <p>It sees what is reported to it: failures of calls through the limiter and of startup stages, and what nobody caught in
 * any thread while {@link #watchUncaught()} is on. It does not see an error that somebody catches and keeps, as an executor
 * keeps that of a task whose future nobody asks. {@code -XX:+ExitOnOutOfMemoryError} sees those too, but not the ones that
 * the class library throws itself (direct buffers) nor a thread that cannot be made: use both.
 */
public final class FatalErrors {
    /*
     * Fatal is a VirtualMachineError, also as the cause of something else since frameworks wrap errors. Not a
     * StackOverflowError: that is one call's, and an input that nests deeply must not restart the service. Not an array
     * that no heap could hold either: "Requested array size exceeds VM limit" and what the class library says of lengths
     * tell of one absurd request, not of a want of memory.
     *
     * Where memory is out, telling of it may fail for want of memory. So what has to be told is kept first, in fields
     * that are there, and beat() tells it again until it is told.
     */

    /** What to do about a fatal error. */
    public enum Policy {
        /** The service becomes BROKEN, so that its liveness probe fails and it is restarted. */
        BREAK,
        /** It is counted and logged. */
        REPORT,
        /** Nobody looks. */
        OFF
    }

    private static final Logger LOG = LoggerFactory.getLogger(FatalErrors.class);
    private static final int MAX_DEPTH = 10;

    /** Without memory each request may end with one. */
    private static final int BEATS_OF_A_MINUTE = 600;

    private final Availability availability;
    private final Policy policy;
    private final AtomicLong count = new AtomicLong();

    /** Written by whoever reports one, read by the next; only tells one error that is reported twice from two. */
    private volatile @Nullable Throwable last;

    /** Written by whoever reports and by who has told, read by the beat. */
    private volatile boolean untold;

    /** How many beats further ones are only counted. Set by who has told, counted down by the beat. */
    private final AtomicInteger quiet = new AtomicInteger();

    /** Lets in one that tells, be it who reports or the beat. */
    private final AtomicBoolean telling = new AtomicBoolean();

    private FatalErrors(Availability availability, Policy policy) {
        this.availability = availability;
        this.policy = policy;
    }

    /** Fatal errors of the service whose state is {@code availability}. */
    public static FatalErrors create(Availability availability, Policy policy) {
        return new FatalErrors(availability, policy);
    }

    /** What is done about them. */
    public Policy policy() {
        return policy;
    }

    /** How many different ones were reported. */
    public long count() {
        return count.get();
    }

    /** Looks at a failure, whatever it is, and does what the policy says. Returns whether it is fatal. Never throws. */
    @CanIgnoreReturnValue
    public boolean report(@Nullable Throwable failure) {
        Throwable fatal = policy == Policy.OFF ? null : fatal(failure);
        if (fatal == null) {
            return false;
        }
        if (fatal != last) {
            last = fatal;
            count.incrementAndGet();
            untold = true;
            tell();
        }
        return true;
    }

    /** Tells what could not be told for want of memory. Due at each beat. */
    public void beat() {
        int left = quiet.get();
        if (left > 0) {
            boolean unusedIfToldMeanwhile = quiet.compareAndSet(left, left - 1);
        }
        if (untold) {
            tell();
        }
    }

    /**
     * Also looks at what nobody catches, from now on until the registration is closed: becomes the default handler of
     * uncaught exceptions and goes on to the one that was there, or logs what that would have printed.
     */
    public Registration watchUncaught() {
        if (policy == Policy.OFF) {
            return () -> {};
        }
        Handler handler = new Handler(Thread.getDefaultUncaughtExceptionHandler());
        Thread.setDefaultUncaughtExceptionHandler(handler);
        return handler;
    }

    private void tell() {
        if (!telling.compareAndSet(false, true)) {
            return;
        }
        try {
            Throwable fatal = last;
            // First what matters; told again it changes nothing.
            if (policy == Policy.BREAK) {
                boolean unused = availability.broken("fatal error: " + fatal);
            }
            if (quiet.get() == 0) {
                LOG.error("Fatal error, {}", policy == Policy.BREAK ? "the service is broken" : "reported only", fatal);
                quiet.set(BEATS_OF_A_MINUTE);
            }
            untold = false;
        } catch (Throwable outOfMemoryAgain) {
            // The next beat tries again.
        } finally {
            telling.set(false);
        }
    }

    private static @Nullable Throwable fatal(@Nullable Throwable failure) {
        Throwable cause = failure;
        for (int depth = 0; cause != null && depth < MAX_DEPTH; depth++) {
            if (cause instanceof VirtualMachineError && !(cause instanceof StackOverflowError)) {
                return isAbsurdRequest(cause) ? null : cause;
            }
            cause = cause.getCause();
        }
        return null;
    }

    private static boolean isAbsurdRequest(Throwable error) {
        String message = error.getMessage();
        return error instanceof OutOfMemoryError
                && message != null
                && (message.contains("array size")
                        || message.contains("length")
                        || message.contains("too large")
                        || message.contains("too big"));
    }

    /** The default handler of uncaught exceptions, chained before another one. */
    private final class Handler implements Thread.UncaughtExceptionHandler, Registration {
        private final Thread.@Nullable UncaughtExceptionHandler before;

        /** Written by close, read by the handler; another handler may still hold on to a closed one. */
        private volatile boolean closed;

        Handler(Thread.@Nullable UncaughtExceptionHandler before) {
            this.before = before;
        }

        @Override
        public void uncaughtException(Thread thread, Throwable failure) {
            if (!closed) {
                report(failure);
            }
            if (before != null) {
                before.uncaughtException(thread, failure);
            } else {
                log(thread, failure);
            }
        }

        @Override
        public void close() {
            closed = true;
            if (Thread.getDefaultUncaughtExceptionHandler() == this) {
                Thread.setDefaultUncaughtExceptionHandler(before);
            }
        }

        private static void log(Thread thread, Throwable failure) {
            try {
                LOG.error("Uncaught in thread \"{}\"", thread.getName(), failure);
            } catch (Throwable outOfMemoryAgain) {
                // Nothing is left to tell it with.
            }
        }
    }
}
