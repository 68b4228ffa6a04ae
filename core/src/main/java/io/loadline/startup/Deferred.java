/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.startup;

import static io.loadline.internal.Checks.checkArgument;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.loadline.time.Ticker;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A value that is made when it is needed: on first use, once the service is ready, or when it is idle, and in each case on
 * first use at the latest. Thread-safe; it is made once, by one thread while others wait for it.
 *
 * <p>A failure is told to all who wait and to those who ask in the second after it; then it is tried again.
 *
 * @param <T> the value's type
 */
public final class Deferred<T> {
    /*
     * Whoever makes the value holds the lock, so that others wait. A value that needs itself to be made, in one thread or
     * over values that other threads make, would wait for ever: each thread notes what it is at before it waits, and looks
     * whether the chain of owners leads back to itself. Of two threads that close a circle at once, both have noted before
     * either looks, so at least one sees it.
     */

    /** What each thread waits for or makes, the innermost if one needs another. */
    private static final Map<Thread, Deferred<?>> AT = new ConcurrentHashMap<>();

    private final String name;
    private final When when;
    private final long retryAfterNanos;
    private final Ticker ticker;
    private final ReentrantLock lock = new ReentrantLock();

    /** Cleared under the lock once the value is there, so that what it holds can be collected. */
    private @Nullable Callable<? extends T> maker;

    /** Written once under the lock; read by everybody. */
    private volatile @Nullable T value;

    /** Written under the lock by whoever makes the value; read by those who would wait for it. */
    private volatile @Nullable Thread owner;

    /** The value whose maker needs this one, in the same thread; written and read by the owner. */
    private @Nullable Deferred<?> outer;

    /** Written and read under the lock. */
    private @Nullable Throwable failure;

    /** Written and read under the lock; meaningful after a failure. */
    private long failedNanos;

    private Deferred(Builder<T> builder) {
        this.name = builder.name;
        this.maker = builder.maker;
        this.when = builder.when;
        this.retryAfterNanos = builder.retryAfter.toNanos();
        this.ticker = builder.ticker;
    }

    /**
     * A builder for a value that {@code maker} makes.
     *
     * @throws IllegalArgumentException if {@code name} is blank
     */
    public static <T> Builder<T> builder(String name, Callable<? extends T> maker) {
        return new Builder<>(name, maker);
    }

    /** A value that is made on first use. */
    public static <T> Deferred<T> of(String name, Callable<? extends T> maker) {
        return Deferred.<T>builder(name, maker).build();
    }

    /** What messages call it. */
    public String name() {
        return name;
    }

    /** When it is made. */
    public When when() {
        return when;
    }

    /** Whether the value is there. */
    public boolean isMade() {
        return value != null;
    }

    /**
     * The value, which is made first if it is not there.
     *
     * @throws CompletionException if it could not be made, now or less than a second ago; with the cause
     * @throws IllegalStateException if the value needs itself to be made; the message names the way
     * @throws CancellationException if the thread was interrupted while another one made the value; its status is kept
     */
    public T get() {
        T made = value;
        return made != null ? made : makeOrWait();
    }

    private T makeOrWait() {
        Thread self = Thread.currentThread();
        Deferred<?> around = AT.put(self, this);
        try {
            checkNoCircle(self, around);
            lock.lockInterruptibly();
            try {
                T made = value;
                return made != null ? made : make(self, around);
            } finally {
                lock.unlock();
            }
        } catch (InterruptedException e) {
            self.interrupt();
            throw new CancellationException("interrupted while waiting for '" + name + "'");
        } finally {
            if (around == null) {
                AT.remove(self);
            } else {
                AT.put(self, around);
            }
        }
    }

    private T make(Thread self, @Nullable Deferred<?> around) {
        Callable<? extends T> how = maker;
        if (how == null) {
            throw new IllegalStateException("'" + name + "' has neither value nor maker");
        }
        if (failure != null && ticker.read() - failedNanos < retryAfterNanos) {
            throw failed(failure);
        }
        outer = around;
        owner = self;
        try {
            T made = how.call();
            if (made == null) {
                throw new IllegalStateException("null was made");
            }
            value = made;
            maker = null;
            failure = null;
            return made;
        } catch (InterruptedException e) {
            // The thread was meant, not the value: the next one may try at once.
            self.interrupt();
            throw failed(e);
        } catch (CancellationException e) {
            throw e;
        } catch (Throwable e) {
            failure = e;
            failedNanos = ticker.read();
            throw failed(e);
        } finally {
            owner = null;
            outer = null;
        }
    }

    private CompletionException failed(Throwable cause) {
        return new CompletionException("'" + name + "' could not be made: " + cause, cause);
    }

    private void checkNoCircle(Thread self, @Nullable Deferred<?> around) {
        StringBuilder way = new StringBuilder("'" + name + "'");
        // Others may go in a circle of their own until one of them says so: no way is longer than there are threads.
        Deferred<?> at = this;
        for (int steps = AT.size(); steps >= 0; steps--) {
            Thread maker = at.owner;
            if (maker == self) {
                for (Deferred<?> inner = around; inner != null && inner != this; inner = inner.outer) {
                    way.append(", which is needed by '").append(inner.name).append('\'');
                }
                throw new IllegalStateException("'" + name + "' cannot be made: it needs itself; " + way);
            }
            Deferred<?> next = maker == null ? null : AT.get(maker);
            if (next == null || next == at) {
                return;
            }
            way.append(", which waits for '").append(next.name).append('\'');
            at = next;
        }
    }

    @Override
    public String toString() {
        return "Deferred '" + name + "'" + (isMade() ? "" : ", not made yet");
    }

    /** When a value is made, if nobody uses it before. */
    public enum When {
        /** On first use. */
        FIRST_USE,
        /** By a background stage, once the service is ready. */
        READY,
        /** By a background stage, once the service has been idle for a second. */
        IDLE
    }

    /**
     * Builds deferred values. Not thread-safe.
     *
     * @param <T> the value's type
     */
    public static final class Builder<T> {
        private final String name;
        private final Callable<? extends T> maker;
        private When when = When.FIRST_USE;
        private Duration retryAfter = Duration.ofSeconds(1);
        private Ticker ticker = Ticker.system();

        private Builder(String name, Callable<? extends T> maker) {
            checkArgument(!name.isBlank(), "name of a deferred value must not be blank: '%s'", name);
            this.name = name;
            this.maker = maker;
        }

        /** Sets when it is made; all but first use want {@link StartupPlan.Builder#deferred}. Default: first use. */
        @CanIgnoreReturnValue
        public Builder<T> when(When when) {
            this.when = when;
            return this;
        }

        /**
         * Sets how long a failure is told to all who ask, before it is tried again. Default: 1 s.
         *
         * @throws IllegalArgumentException if it is negative or above 1 h
         */
        @CanIgnoreReturnValue
        public Builder<T> retryAfter(Duration retryAfter) {
            checkArgument(
                    !retryAfter.isNegative() && retryAfter.compareTo(Duration.ofHours(1)) <= 0,
                    "retryAfter of '%s' must be between 0 and 1 h: %s",
                    name,
                    retryAfter);
            this.retryAfter = retryAfter;
            return this;
        }

        /** Sets where it reads elapsed time. Default: {@link Ticker#system()}. */
        @CanIgnoreReturnValue
        public Builder<T> ticker(Ticker ticker) {
            this.ticker = ticker;
            return this;
        }

        /** The value, not made yet. */
        public Deferred<T> build() {
            return new Deferred<>(this);
        }
    }
}
