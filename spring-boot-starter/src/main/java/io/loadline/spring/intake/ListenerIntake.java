/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring.intake;

import io.loadline.drain.DrainCoordinator;
import io.loadline.drain.DrainParticipant;
import io.loadline.drain.DrainPhase;
import io.loadline.guard.IntakeGate;
import io.loadline.guard.IntakeState;
import io.loadline.time.Heartbeat;
import io.loadline.time.Registration;
import java.time.Duration;
import java.util.Collection;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/**
 * Holds containers of message listeners while the gate is shut. Thread-safe.
 *
 * <p>Only what runs is held, and only what was held, and still is, is let go again: what somebody has paused or stopped
 * before stays so, and so does everything once the service leaves. A container that is held looks paused, or stopped, to
 * everybody: who wants it to stay so when the gate opens tells {@link #leaveAlone} first.
 */
public final class ListenerIntake implements SmartLifecycle {
    /*
     * Reviewed when the gate changes and about once a second while it is shut, for containers that were started since, or
     * something is held that should not be. Reviews run in a thread of their own, one after the other; what may wait, to
     * stop and to start, in one of each container's.
     *
     * A container that is started just as the drain begins: the drain is announced before it looks for what runs. So if no
     * drain is seen after the start, the drain will find the container; if one is, it is held again.
     */
    private static final Logger LOG = LoggerFactory.getLogger(ListenerIntake.class);
    private static final int BEATS = 10;

    private final IntakeGate gate;
    private final DrainCoordinator drain;
    private final Heartbeat heartbeat;
    private final List<Supplier<Collection<HeldContainer>>> sources;
    private final Set<String> leftAlone = ConcurrentHashMap.newKeySet();
    private final AtomicInteger reviewsWanted = new AtomicInteger();

    /** Guarded by itself. */
    private final Map<Object, Hold> held = new IdentityHashMap<>();

    /** Raised by whoever logs it. */
    private final AtomicBoolean failureLogged = new AtomicBoolean();

    /** Written when the context starts and stops, read by reviews; a review stale. */
    private volatile boolean running;

    /** Confined to {@link #start} and {@link #stop}, which do not overlap. */
    private List<Registration> registrations = List.of();

    /** Confined to the heartbeat. */
    private int beats;

    ListenerIntake(
            IntakeGate gate,
            DrainCoordinator drain,
            Heartbeat heartbeat,
            List<Supplier<Collection<HeldContainer>>> sources,
            Collection<String> leftAlone) {
        this.gate = gate;
        this.drain = drain;
        this.heartbeat = heartbeat;
        this.sources = sources;
        this.leftAlone.addAll(leftAlone);
    }

    /** From now on the gate neither holds nor lets go the listener of this id, whatever it is in now. */
    public void leaveAlone(String listenerId) {
        leftAlone.add(listenerId);
        synchronized (held) {
            held.values().removeIf(each -> each.container.id().equals(listenerId));
        }
    }

    /** The listeners that are held now. */
    public List<String> held() {
        synchronized (held) {
            return held.values().stream().map(each -> each.container.toString()).toList();
        }
    }

    @Override
    public void start() {
        running = true;
        registrations = List.of(gate.listen(state -> review()), heartbeat.listen(beat -> onBeat()));
    }

    /** A context that is stopped stops its containers, and starts them with itself: none of that is the gate's. */
    @Override
    public void stop() {
        running = false;
        registrations.forEach(Registration::close);
        registrations = List.of();
        synchronized (held) {
            held.clear();
        }
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    /** After all containers have started, before any is stopped. */
    @Override
    public int getPhase() {
        return Integer.MAX_VALUE;
    }

    /** What listeners that are being stopped are at is waited for as what the others are at. */
    DrainParticipant participant() {
        return new StoppingListeners();
    }

    private void onBeat() {
        boolean mayNeedReview = !gate.isOpen() || !isEmpty();
        if (++beats >= BEATS && mayNeedReview) {
            beats = 0;
            review();
        }
    }

    private boolean isEmpty() {
        synchronized (held) {
            return held.isEmpty();
        }
    }

    private void review() {
        if (reviewsWanted.getAndIncrement() == 0) {
            aside("loadline-intake", this::reviewAll);
        }
    }

    private void reviewAll() {
        int seen;
        do {
            seen = reviewsWanted.get();
            reviewOnce();
        } while (!reviewsWanted.compareAndSet(seen, 0));
    }

    private void reviewOnce() {
        if (!mayAct()) {
            return;
        }
        if (!gate.isOpen()) {
            sources.forEach(this::holdAll);
            return;
        }
        List<Hold> toRelease;
        synchronized (held) {
            toRelease = List.copyOf(held.values());
        }
        toRelease.stream()
                .filter(Hold::mayRelease)
                .forEach(each -> aside("loadline-resume " + each.container, () -> release(each)));
    }

    private void holdAll(Supplier<? extends Collection<HeldContainer>> source) {
        try {
            source.get().forEach(this::holdIfTaking);
        } catch (Throwable e) {
            if (failureLogged.compareAndSet(false, true)) {
                LOG.warn("Message listeners could not be paused; this is tried again, and logged once", e);
            }
        }
    }

    /** Once the service leaves, what fetches is the drain's business. */
    private boolean mayAct() {
        return running && drain.phase() == DrainPhase.NONE && !isLeaving();
    }

    private boolean isLeaving() {
        return gate.state().reason() == IntakeState.Reason.LEAVING;
    }

    private void holdIfTaking(HeldContainer container) {
        if (leftAlone.contains(container.id()) || !container.isTaking()) {
            return;
        }
        Hold hold = new Hold(container);
        synchronized (held) {
            // One that somebody has let go while the gate is shut is left to him until it opens.
            if (held.putIfAbsent(container.container(), hold) != null) {
                return;
            }
        }
        aside("loadline-pause " + container, () -> hold(hold));
    }

    private static void hold(Hold hold) {
        try {
            hold.container.hold();
            LOG.debug("{} is paused", hold.container);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (Throwable e) {
            LOG.warn("{} could not be paused", hold.container, e);
        } finally {
            hold.held.countDown();
        }
    }

    private void release(Hold hold) {
        try {
            if (mayAct() && isStillHeld(hold) && hold.container.isHeld()) {
                hold.container.release();
                LOG.debug("{} is resumed", hold.container);
                if (!mayAct() && drain.phase() != DrainPhase.NONE) {
                    hold.container.hold();
                }
            }
            synchronized (held) {
                boolean unused = held.remove(hold.container.container(), hold);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (Throwable e) {
            if (hold.failed()) {
                LOG.warn("{} could not be resumed; this is tried again, and logged once", hold.container, e);
            }
        }
    }

    private boolean isStillHeld(Hold hold) {
        synchronized (held) {
            return held.get(hold.container.container()) == hold;
        }
    }

    private static void aside(String name, Runnable task) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        try {
            thread.start();
        } catch (Throwable e) {
            // No thread to be had: rather by this one than never.
            task.run();
        }
    }

    /** A container that is held, or about to be. Thread-safe; told from others by its identity. */
    private static final class Hold {
        private final HeldContainer container;
        private final CountDownLatch held = new CountDownLatch(1);

        /** Guarded by this. */
        private boolean releasing;

        /** The same. */
        private boolean hasFailed;

        Hold(HeldContainer container) {
            this.container = container;
        }

        /** Whether it is held and nobody is at it. */
        synchronized boolean mayRelease() {
            if (releasing || held.getCount() > 0) {
                return false;
            }
            releasing = true;
            return true;
        }

        /** Returns whether it had not failed before. */
        synchronized boolean failed() {
            boolean first = !hasFailed;
            hasFailed = true;
            releasing = false;
            return first;
        }
    }

    /** Listeners that were told to stop before the drain began, and are still at something. */
    private final class StoppingListeners implements DrainParticipant {
        @Override
        public String name() {
            return "paused listeners";
        }

        @Override
        public void drain(Duration timeLeft) throws InterruptedException {
            for (Hold each : holds()) {
                each.held.await();
            }
        }

        @Override
        public List<String> active() {
            return holds().stream()
                    .filter(each -> each.held.getCount() > 0)
                    .map(each -> each.container.toString())
                    .toList();
        }

        private List<Hold> holds() {
            synchronized (held) {
                return List.copyOf(held.values());
            }
        }
    }
}
