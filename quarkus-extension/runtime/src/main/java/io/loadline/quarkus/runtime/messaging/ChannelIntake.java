/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.quarkus.runtime.messaging;

import static io.loadline.quarkus.runtime.config.Setting.list;

import io.loadline.Loadline;
import io.loadline.guard.IntakeGate;
import io.loadline.guard.IntakeState;
import io.loadline.quarkus.runtime.config.DrainConfig.Participants;
import io.loadline.quarkus.runtime.config.GuardConfig.Intake;
import io.loadline.quarkus.runtime.config.LoadlineConfig;
import io.loadline.quarkus.runtime.drain.CountedWork;
import io.loadline.quarkus.runtime.drain.Idleness;
import io.loadline.quarkus.runtime.drain.OptionalParticipant;
import io.loadline.quarkus.runtime.drain.RunningWork;
import io.loadline.quarkus.runtime.messaging.IncomingChannels.Incoming;
import io.loadline.time.Heartbeat;
import io.loadline.time.Registration;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Pauses channels that bring messages: while the gate is shut, and for good when the drain is announced. Thread-safe.
 *
 * <p>Only what runs is paused by the gate, and only what it has paused is let go again.
 */
@Singleton
public class ChannelIntake implements OptionalParticipant {
    /*
     * Pausing takes no time: a channel asks its connector for no more messages. What it has asked for before still comes, one
     * message in the customary case, and is handled. Nothing is held that has been fetched: a message that waits here would
     * count as one that is not acknowledged in time.
     *
     * Looked at when the gate changes and about once a second while it is shut, for channels that somebody has begun to consume
     * since. Whoever looks and the drain take turns, and after the drain nobody looks.
     */
    private static final Logger LOG = LoggerFactory.getLogger(ChannelIntake.class);
    private static final String KAFKA = "smallrye-kafka";
    private static final String RABBIT = "smallrye-rabbitmq";
    private static final int BEATS = 10;

    private final IncomingChannels channels;
    private final IntakeGate gate;
    private final RunningWork work;
    private final Heartbeat heartbeat;
    private final Intake settings;
    private final Participants participants;
    private final boolean enabled;

    /** Names of those that the gate has paused. Guarded by this. */
    private final Set<String> held = new HashSet<>();

    /** Guarded by this. */
    private boolean leaving;

    /** Confined to the heartbeat. */
    private int beats;

    @Inject
    ChannelIntake(IncomingChannels channels, Loadline loadline, RunningWork work, LoadlineConfig config) {
        this.channels = channels;
        this.gate = loadline.intake();
        this.work = work;
        this.heartbeat = loadline.heartbeat();
        this.settings = config.guard().intake();
        this.participants = config.drain().participants();
        this.enabled = config.enabled();
    }

    /** Follows the gate from now on, if settings say so: channels are there by now. */
    void started(@Observes @Priority(Integer.MAX_VALUE) StartupEvent event) {
        if (!enabled) {
            return;
        }
        List<String> others = channels.others();
        if (!others.isEmpty()) {
            LOG.info("These channels cannot be paused, neither by load nor when the service leaves: {}", others);
        }
        if (settings.enabled()) {
            Registration unusedAsLongAsTheGate = gate.listen(state -> review());
            Registration unusedAsLongAsTheService = heartbeat.listen(beat -> onBeat());
        }
    }

    private void onBeat() {
        if (++beats >= BEATS) {
            beats = 0;
            if (!gate.isOpen()) {
                review();
            }
        }
    }

    private synchronized void review() {
        IntakeState state = gate.state();
        if (leaving || state.reason() == IntakeState.Reason.LEAVING) {
            return;
        }
        if (state.open()) {
            channels.pausable().stream()
                    .filter(each -> held.contains(each.name()))
                    .forEach(Incoming::resume);
            held.clear();
            return;
        }
        channels.pausable().stream()
                .filter(each -> !list(settings.exclude()).contains(each.name()))
                // One that somebody has let go while the gate is shut is left to him until it opens.
                .filter(each -> !each.isPaused() && !held.contains(each.name()))
                .forEach(each -> {
                    each.pause();
                    held.add(each.name());
                });
    }

    /** The channels that the gate has paused. */
    synchronized Set<String> held() {
        return Set.copyOf(held);
    }

    @Override
    public boolean takesPart() {
        return true;
    }

    @Override
    public String name() {
        return "message channels";
    }

    @Override
    public synchronized void prepare() {
        leaving = true;
        channels.pausable().stream().filter(this::endsWithTheService).forEach(Incoming::pause);
    }

    private boolean endsWithTheService(Incoming channel) {
        return switch (channel.connector()) {
            case KAFKA -> participants.kafka();
            case RABBIT -> participants.rabbit();
            default -> true;
        };
    }

    @Override
    public void drain(Duration timeLeft) throws InterruptedException {
        if (isAllPaused()) {
            Idleness.await(heartbeat, () -> work.isIdle(CountedWork.MESSAGES));
        } else {
            // A channel that goes on brings ever more: what runs by now is all that is waited for.
            long nowNanos = work.nowNanos();
            Idleness.await(heartbeat, () -> work.isIdle(CountedWork.MESSAGES, nowNanos));
        }
    }

    private boolean isAllPaused() {
        return channels.others().isEmpty() && channels.pausable().stream().allMatch(this::endsWithTheService);
    }

    @Override
    public List<String> active() {
        return work.active(CountedWork.MESSAGES);
    }
}
