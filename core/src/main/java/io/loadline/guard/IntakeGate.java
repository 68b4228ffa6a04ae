/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.guard;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.loadline.availability.Availability;
import io.loadline.guard.IntakeState.Reason;
import io.loadline.limit.CallContext;
import io.loadline.limit.ConcurrencyLimiter;
import io.loadline.limit.RejectedException;
import io.loadline.limit.RejectionReason;
import io.loadline.limit.Route;
import io.loadline.time.Heartbeat;
import io.loadline.time.Registration;
import io.loadline.time.Ticker;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A gate before the fetching of messages: it shuts while the service has enough to do and opens, with hysteresis, when it
 * has not. Thread-safe.
 *
 * <pre>{@code
 * while (running) {
 *   if (gate.awaitOpen(Duration.ofSeconds(1))) {
 *     for (Message message : queue.poll()) gate.handle(route, () -> process(message));
 *   }
 * }
 * }</pre>
 *
 * <p>It governs what is fetched and never holds what has been: a message at hand waits for the limiter alone, for at most
 * {@link IntakeSettings#maxWait()}. Make that times the messages of one fetch less than what the broker grants: {@code
 * max.poll.records} and {@code max.poll.interval.ms} of Kafka, the prefetch and {@code consumer_timeout} of RabbitMQ. The
 * defaults of all of them do.
 *
 * <p>Nothing is measured before it is first asked.
 */
public final class IntakeGate implements AutoCloseable {
    /*
     * The load goes through a Ladder of one level; a limiter without room to spare, see LimiterPressure, counts as a load
     * beyond all thresholds. It shuts at the next beat and at once when the service leaves, which is for good.
     *
     * State and latch are one reference: who finds it shut waits for the latch of that very state.
     */
    private static final Logger LOG = LoggerFactory.getLogger(IntakeGate.class);
    private static final int MOST_BEATS = 64;

    private final ConcurrencyLimiter limiter;
    private final Availability availability;
    private final Heartbeat heartbeat;
    private final Ticker ticker;
    private final InstantSource clock;
    private final DoubleSupplier load;
    private final AsideListeners<Listener, IntakeState> listeners;
    private final List<Registration> registrations;
    private final Object lock = new Object();

    @GuardedBy("lock")
    private final Ladder ladder;

    @GuardedBy("lock")
    private final LimiterPressure pressure;

    /** Messages that run as calls of the limiter. */
    private final AtomicInteger running = new AtomicInteger();

    /** Replaced under the lock, read by everybody; never stale. */
    private volatile Gate gate;

    /** The same. */
    private volatile IntakeSettings settings;

    /** Written by whoever asks first, read by the beat; a beat stale. */
    private volatile boolean used;

    /** Raised under the lock, read by meters. */
    private final AtomicLong pauses = new AtomicLong();

    /** Confined to the beat. */
    private boolean loadFailed;

    private IntakeGate(Builder builder) {
        this.limiter = builder.limiter;
        this.availability = builder.availability;
        this.heartbeat = builder.heartbeat;
        this.ticker = builder.heartbeat.ticker();
        this.clock = builder.clock;
        this.load = builder.load;
        this.settings = builder.settings;
        this.listeners = new AsideListeners<>(Listener::onChange, builder.executor);
        Registration unusedLog = listeners.add(IntakeGate::log);
        this.ladder = new Ladder(ticker.read());
        this.pressure = new LimiterPressure(limiter, ticker.read());
        this.gate = new Gate(new IntakeState(Reason.NONE, clock.instant(), Double.NaN));
        synchronized (lock) {
            ladder.settings(settings.ladder(), 0);
        }
        this.registrations = List.of(
                heartbeat.listen(beat -> onBeat(beat.nowNanos())), availability.listen(change -> onStateChange()));
    }

    /** A builder for a gate before messages that are handled beside, or as, the calls of {@code limiter}. */
    public static Builder builder(ConcurrencyLimiter limiter, Availability availability, Heartbeat heartbeat) {
        return new Builder(limiter, availability, heartbeat);
    }

    /** Whether messages may be fetched: one volatile read. */
    public boolean isOpen() {
        return state().open();
    }

    /** Whether it is open, since when, and why not. */
    public IntakeState state() {
        use();
        return gate.state;
    }

    /**
     * Waits until messages may be fetched; returns whether they may. It may be asked again at once: while it is shut it
     * waits for all of {@code atMost}, in a service that leaves, too.
     *
     * @throws InterruptedException if the thread is interrupted while it waits
     */
    public boolean awaitOpen(Duration atMost) throws InterruptedException {
        long deadlineNanos = ticker.read() + nanos(atMost);
        for (; ; ) {
            Gate now = gate;
            use();
            long leftNanos = deadlineNanos - ticker.read();
            if (now.state.open() || leftNanos <= 0 || !now.opened.await(leftNanos, TimeUnit.NANOSECONDS)) {
                return gate.state.open();
            }
        }
    }

    /** {@link #handle(Route, CallContext, Callable)} for a message of which nothing more is known. */
    public <T extends @Nullable Object> T handle(Route route, Callable<T> message) throws Exception {
        return handle(route, CallContext.NONE, message);
    }

    /**
     * Runs a message that is at hand as a call of the limiter, whether the gate is open or not. It waits to be admitted,
     * for {@link IntakeSettings#maxWait()}, also where calls are refused at once: in a full queue, at the cap of a route
     * or for their criticality. A {@link RejectedException} says that the message has not been begun: give it back to the
     * broker, by letting the exception reach the container or by a negative acknowledgement.
     *
     * @throws RejectedException if it has waited in vain, or the service takes no more calls
     * @throws InterruptedException if the thread is interrupted while it waits
     * @throws Exception what {@code message} throws
     */
    public <T extends @Nullable Object> T handle(Route route, CallContext context, Callable<T> message)
            throws Exception {
        use();
        long leftNanos = settings.maxWait().toNanos();
        long deadlineNanos = ticker.read() + leftNanos;
        Message<T> run = new Message<>(message);
        for (int beats = 1; ; beats = Math.min(MOST_BEATS, 2 * beats)) {
            try {
                return limiter.call(route, context, Duration.ofNanos(leftNanos), run);
            } catch (RejectedException e) {
                leftNanos = deadlineNanos - ticker.read();
                if (run.begun || leftNanos <= 0 || !passes(e.rejection().reason())) {
                    throw e;
                }
            }
            // Each try is demand in the eyes of the signal, so they become fewer.
            awaitBeats(beats, leftNanos);
            leftNanos = Math.max(0, deadlineNanos - ticker.read());
        }
    }

    /** How often it has shut, other than for leaving. */
    public long pauses() {
        return pauses.get();
    }

    /** Whether anybody has asked it for anything. */
    public boolean isUsed() {
        return used;
    }

    /** The present loads and times. */
    public IntakeSettings settings() {
        return settings;
    }

    /** Changes all loads and times at once, from the next beat and the next message on. */
    public void settings(IntakeSettings changed) {
        synchronized (lock) {
            settings = changed;
            ladder.settings(changed.ladder(), ladder.level());
        }
    }

    /** Adds a listener that is told of each change after it, by a thread of its own. */
    @CanIgnoreReturnValue
    public Registration listen(Listener listener) {
        use();
        return listeners.add(listener);
    }

    /** Measures no more: it stays as it is. */
    @Override
    public void close() {
        registrations.forEach(Registration::close);
    }

    private void use() {
        if (!used) {
            used = true;
            // A service that is leaving does not wait for a beat to say so.
            onStateChange();
        }
    }

    private void onBeat(long nowNanos) {
        if (!used) {
            return;
        }
        double now = readLoad();
        synchronized (lock) {
            boolean pressed = pressure.isHigh(nowNanos, running.get());
            boolean shut = ladder.step(nowNanos, pressed ? Double.POSITIVE_INFINITY : now) > 0;
            become(isLeaving() ? Reason.LEAVING : reason(shut, pressed), now);
        }
        listeners.deliver();
    }

    /** What it shut for is told until it opens. */
    private Reason reason(boolean shut, boolean pressed) {
        Reason before = gate.state.reason();
        if (!shut) {
            return Reason.NONE;
        }
        return before != Reason.NONE ? before : pressed ? Reason.LIMIT : Reason.LOAD;
    }

    private void onStateChange() {
        synchronized (lock) {
            if (used && isLeaving()) {
                become(Reason.LEAVING, Double.NaN);
            }
        }
        listeners.deliver();
    }

    @GuardedBy("lock")
    private void become(Reason reason, double loadNow) {
        Gate before = gate;
        if (before.state.reason() == reason || before.state.reason() == Reason.LEAVING) {
            return;
        }
        IntakeState state = new IntakeState(reason, clock.instant(), loadNow);
        if (before.state.open() && reason != Reason.LEAVING) {
            pauses.incrementAndGet();
        }
        gate = new Gate(state);
        listeners.enqueue(state);
        before.opened.countDown();
    }

    private boolean isLeaving() {
        return switch (availability.state()) {
            case STARTING, WARMING, READY -> false;
            case DRAINING, STOPPED, BROKEN -> true;
        };
    }

    private double readLoad() {
        try {
            return load.getAsDouble();
        } catch (Throwable e) {
            // Errors too: the limiter's word must still count.
            if (!loadFailed) {
                loadFailed = true;
                LOG.warn("Intake: the load cannot be read and counts as unknown; this is logged once", e);
            }
            return Double.NaN;
        }
    }

    private void awaitBeats(int count, long atMostNanos) throws InterruptedException {
        CountDownLatch seen = new CountDownLatch(count);
        Registration beats = heartbeat.listen(beat -> seen.countDown());
        try {
            boolean unused = seen.await(atMostNanos, TimeUnit.NANOSECONDS);
        } finally {
            beats.close();
        }
    }

    /** Whether a refusal may be over before long. */
    private static boolean passes(RejectionReason reason) {
        return switch (reason) {
            case LIMIT, QUEUE, PRIORITY, ROUTE_CAP -> true;
            case DRAINING, DEADLINE, QUOTA -> false;
        };
    }

    /** Far from what times overflow at. */
    private static long nanos(Duration duration) {
        return Math.min(TimeUnit.DAYS.toNanos(365), TimeUnit.NANOSECONDS.convert(duration));
    }

    private static void log(IntakeState state) {
        if (state.open()) {
            LOG.info("Intake is open again");
        } else {
            LOG.info(
                    "Intake is shut: {}, load {}",
                    state.reason().tag(),
                    String.format(Locale.ROOT, "%.2f", state.load()));
        }
    }

    /** Is told when a gate shuts and opens. */
    @FunctionalInterface
    public interface Listener {
        /** Is called after the change; the next one is told when this returns. */
        void onChange(IntakeState state);
    }

    /** A state, and what is released when it is over. */
    private static final class Gate {
        private final IntakeState state;
        private final CountDownLatch opened = new CountDownLatch(1);

        Gate(IntakeState state) {
            this.state = state;
        }
    }

    /** Confined to the thread that handles it. */
    private final class Message<T extends @Nullable Object> implements Callable<T> {
        private final Callable<T> action;
        private boolean begun;

        Message(Callable<T> action) {
            this.action = action;
        }

        @Override
        public T call() throws Exception {
            begun = true;
            running.incrementAndGet();
            try {
                return action.call();
            } finally {
                running.decrementAndGet();
            }
        }
    }

    /** Builds gates. Not thread-safe. */
    public static final class Builder {
        private final ConcurrencyLimiter limiter;
        private final Availability availability;
        private final Heartbeat heartbeat;
        private DoubleSupplier load = () -> 0;
        private IntakeSettings settings = IntakeSettings.DEFAULT;
        private InstantSource clock = InstantSource.system();

        /** For tests, which have an order of their own. */
        Executor executor = AsideListeners.threads("loadline-intake");

        private Builder(ConcurrencyLimiter limiter, Availability availability, Heartbeat heartbeat) {
            this.limiter = limiter;
            this.availability = availability;
            this.heartbeat = heartbeat;
        }

        /**
         * Sets where the load is read at each beat: demand over capacity, NaN while it is not known, which holds the gate
         * for up to a minute. Default: only the limiter counts.
         */
        @CanIgnoreReturnValue
        public Builder load(DoubleSupplier load) {
            this.load = load;
            return this;
        }

        /** Sets when it shuts and opens. Default: {@link IntakeSettings#DEFAULT}. */
        @CanIgnoreReturnValue
        public Builder settings(IntakeSettings settings) {
            this.settings = settings;
            return this;
        }

        /** Sets what stamps states. Default: the system's clock. */
        @CanIgnoreReturnValue
        public Builder clock(InstantSource clock) {
            this.clock = clock;
            return this;
        }

        /** A gate that is open, and follows its heartbeat when it is first asked. */
        public IntakeGate build() {
            return new IntakeGate(this);
        }
    }
}
