/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.startup;

import static io.loadline.internal.Checks.checkArgument;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.loadline.memory.MemoryReader;
import io.loadline.memory.MemoryReading;
import io.loadline.time.Ticker;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets a stage begin when there is memory for it, and instances on one node one after the other. Thread-safe.
 *
 * <p>What a machine does not tell stands in nobody's way.
 */
public final class MemoryGate {
    /*
     * Headroom that is only looked at is seen as free by every instance that looks at the same moment. So it is claimed:
     * through a lock on a file that instances share, or else by sensing (see there). The claim is kept until the stage's
     * memory has been given back.
     *
     * What a stage took before was read of the whole process, garbage and native memory included. The heap is asked for
     * what was estimated only: it might never be able to offer that much, and nothing would ever mend the figure.
     *
     * Slots and jitter come from a hash of the instance's name, not from chance, so that a start can be reproduced.
     */
    private static final Logger LOG = LoggerFactory.getLogger(MemoryGate.class);
    private static final long MIN_NEED_BYTES = 32L << 20;
    private static final double RESERVE = 1.25;

    /** What a stage may always turn out to need that has taken all that was expected. */
    private static final long MIN_REST_BYTES = 8L << 20;

    private static final double RELENTING_NANOS = Duration.ofSeconds(4).toNanos();

    /** Instances that wait for the same thing do not all go ahead at once: some do when so much of maxWait is left. */
    private static final double EARLIER = 0.25;

    /** More than the noise of a node in two seconds, less than the start of any JVM. */
    private static final long MIN_STEP_BYTES = 12L << 20;

    private static final int MAX_DOUBLINGS = 3;

    /** How often memory is looked at while nothing but time or another instance is waited for. */
    private static final long POLL_NANOS = Duration.ofMillis(100).toNanos();

    /** A wait that is longer is told when it has lasted so long, or the start would seem to hang. */
    private static final long TOLD_NANOS = Duration.ofSeconds(1).toNanos();

    private static final long MAX_BACKOFF_NANOS = Duration.ofSeconds(2).toNanos();

    /** Who begins to listen in the middle of another's start must hear it. */
    private static final long LISTEN_NANOS = 2 * POLL_NANOS;

    private static final long SILENCE_NANOS = Duration.ofSeconds(2).toNanos();
    private static final long MAX_SILENCE_NANOS = Duration.ofSeconds(30).toNanos();

    private final MemoryReader reader;
    private final Ticker ticker;
    private final long maxWaitNanos;
    private final double maxPressure;
    private final long jitterNanos;
    private final @Nullable ClaimFile claimFile;

    private final long slotNanos;

    /** Of this instance among all, 0 to below 1. */
    private final double place;

    @GuardedBy("this")
    private final Sensing sensing;

    @GuardedBy("this")
    private final Chance chance;

    @GuardedBy("this")
    private int yields;

    /** When the first stage that is not critical came. */
    @GuardedBy("this")
    private @Nullable Long jitterBegunNanos;

    /** Written under the lock; read by reports, never stale. */
    private volatile long wentAhead;

    private MemoryGate(Builder builder) {
        this.reader = builder.reader;
        this.ticker = builder.ticker;
        this.maxWaitNanos = builder.maxWait.toNanos();
        this.maxPressure = builder.maxPressure;
        this.chance = new Chance(builder.instance);
        this.jitterNanos = (long) (chance.next() * builder.jitter.toNanos());
        this.slotNanos = builder.slot.toNanos();
        this.sensing = new Sensing(SILENCE_NANOS, LISTEN_NANOS + (long) (chance.next() * slotNanos), chance.next());
        this.place = chance.next();
        this.claimFile = builder.lockFile == null ? null : new ClaimFile(builder.lockFile, ticker);
    }

    /** A builder for a gate that looks at {@code reader}. */
    public static Builder builder(MemoryReader reader, Ticker ticker) {
        return new Builder(reader, ticker);
    }

    /**
     * What the gate makes sure of before a stage begins: a quarter more than the most of its estimate, what it took
     * before, and 32 MiB.
     */
    public long needBytes(OptionalLong estimateBytes, OptionalLong beforeBytes) {
        long most = Math.max(MIN_NEED_BYTES, Math.max(estimateBytes.orElse(0), beforeBytes.orElse(0)));
        return (long) Math.min(RESERVE * most, (double) Long.MAX_VALUE);
    }

    /** What stands in the way of taking {@code needBytes} now; empty if nothing does. Says nothing of other instances. */
    public Optional<String> obstacle(long needBytes) {
        return Optional.ofNullable(obstacle(read(), needBytes, needBytes));
    }

    /** How often a stage stopped waiting because it had waited too long. */
    public long wentAhead() {
        return wentAhead;
    }

    /** How long a stage that readiness waits for may wait. */
    public Duration maxWait() {
        return Duration.ofNanos(maxWaitNanos);
    }

    /** Reads the memory, which is also listened to. */
    synchronized MemoryReading read() {
        MemoryReading reading = reader.read();
        OptionalLong left = leftByOthers(reading);
        if (left.isPresent()) {
            sensing.sample(ticker.read(), left.getAsLong(), reading.isShared());
        }
        return reading;
    }

    /*
     * What is left for all but this process, from any origin: only its changes count. Instances that share a cgroup hear
     * each other there, and not the rest of the node.
     */
    private static OptionalLong leftByOthers(MemoryReading reading) {
        if (reading.processBytes().isEmpty()) {
            return OptionalLong.empty();
        }
        long own = reading.processBytes().getAsLong();
        if (reading.isShared()) {
            return OptionalLong.of(own - reading.anonymousBytes().orElse(0));
        }
        OptionalLong headroom =
                reading.nodeHeadroomBytes().isPresent() ? reading.nodeHeadroomBytes() : reading.cgroupHeadroomBytes();
        return headroom.isPresent() ? OptionalLong.of(headroom.getAsLong() + own) : headroom;
    }

    /**
     * A stage that will come to the gate.
     *
     * @param bounded whether it goes ahead when it has waited too long
     */
    synchronized Turn turn(StartupStage stage, boolean bounded, OptionalLong beforeBytes, OptionalLong beforeNanos) {
        // Other instances run the same plan: they are silent for no longer than this one was.
        sensing.silentFor(Math.min(MAX_SILENCE_NANOS, beforeNanos.orElse(0)));
        return new Turn(
                stage,
                bounded,
                needBytes(stage.estimateBytes(), beforeBytes),
                needBytes(stage.estimateBytes(), OptionalLong.empty()));
    }

    /** Whether the stage may begin now. If it may it holds the claim, until {@link #release()}. */
    synchronized boolean tryEnter(Turn turn, MemoryReading reading) {
        long now = ticker.read();
        turn.asks(now);
        if (!turn.gated) {
            return true;
        }
        String memory = obstacle(reading, turn.needBytes, ofHeap(turn, reading, turn.heapNeedBytes));
        if (memory != null) {
            sensing.isNotIdle();
        }
        String obstacle = memory != null ? memory : othersInTheWay(turn, now);
        if (obstacle != null && turn.bounded && turn.waitedNanos() >= patienceNanos()) {
            goAhead(turn, obstacle);
            obstacle = null;
        }
        if (obstacle == null) {
            turn.enter(patienceNanos());
            sensing.entered();
            return true;
        }
        // Memory comes back slowly, another instance's end wants to be noticed at once.
        long backoff = memory == null
                ? POLL_NANOS
                : (long) Math.min((double) MAX_BACKOFF_NANOS, Math.max((double) POLL_NANOS, 1.5 * turn.backoffNanos()));
        refuse(turn, now, obstacle, backoff);
        return false;
    }

    /** Whether a stage that has taken {@code takenBytes} may go on; if not it is to ask again after a pause. */
    synchronized boolean mayGoOn(Turn turn, MemoryReading reading, long takenBytes) {
        long now = ticker.read();
        turn.asks(now);
        if (!turn.gated || turn.wentAhead()) {
            return true;
        }
        String memory = obstacle(
                reading,
                restBytes(turn, turn.needBytes, takenBytes),
                ofHeap(turn, reading, restBytes(turn, turn.heapNeedBytes, takenBytes)));
        String obstacle = memory != null ? memory : collision(turn, takenBytes, now);
        if (obstacle != null && turn.mayWaitAtCheckpoint()) {
            refuse(turn, now, "at a checkpoint: " + obstacle, POLL_NANOS);
            return false;
        }
        if (obstacle != null) {
            goAhead(turn, obstacle);
        }
        turn.goOn();
        return true;
    }

    private static void refuse(Turn turn, long now, String why, long backoffNanos) {
        turn.refuse(now, why, backoffNanos);
        if (turn.isNewsThatItWaits(TOLD_NANOS)) {
            LOG.info("Startup: stage '{}' waits: {}", turn.stage, why);
        }
    }

    /*
     * What a stage still needs that has taken so much. The reserve shrinks while it waits, for some sooner: of instances
     * that hold what the others wait for one has to go on, and what it really needs may well be there.
     */
    private long restBytes(Turn turn, long needBytes, long takenBytes) {
        double waited = turn.waitsNanos() / (RELENTING_NANOS * (0.5 + place));
        double reserve = 1 + (RESERVE - 1) * Math.max(0, 1 - waited);
        return (long) Math.max((double) MIN_REST_BYTES, reserve * (needBytes / RESERVE - takenBytes));
    }

    /** An estimate that is beyond the whole heap tells of other memory. */
    private static long ofHeap(Turn turn, MemoryReading reading, long bytes) {
        return turn.heapNeedBytes > reading.heapMaxBytes().orElse(Long.MAX_VALUE) ? 0 : bytes;
    }

    private long patienceNanos() {
        return (long) (maxWaitNanos * (1 - EARLIER * place));
    }

    /** Whether there is all that the stage needs but in the heap, as it was after its last collection. */
    boolean lacksHeapOnly(Turn turn, MemoryReading reading) {
        return obstacle(reading, turn.needBytes, 0) == null
                && obstacle(reading, 0, ofHeap(turn, reading, turn.heapNeedBytes)) != null;
    }

    /** The wait before {@code turn} may ask again: spread by a quarter, so that instances do not ask in step. */
    long pauseNanos(Turn turn) {
        return (long) (Math.max(POLL_NANOS, turn.backoffNanos()) * spread());
    }

    /** A factor between 0.75 and 1.25, another one at each call. */
    synchronized double spread() {
        return 0.75 + 0.5 * chance.next();
    }

    /** Gives the claim back: another instance may begin, or the next stage of this one. */
    synchronized void release() {
        if (claimFile != null) {
            claimFile.release();
        }
    }

    private @Nullable String obstacle(MemoryReading reading, long need, long heapNeed) {
        if (reading.pressure().orElse(0) >= maxPressure) {
            return String.format(
                    Locale.ROOT,
                    "memory pressure %.0f %% is not below %.0f %%",
                    100 * reading.pressure().orElse(0),
                    100 * maxPressure);
        }
        @Nullable String obstacle = tooLittle("cgroup", reading.cgroupHeadroomBytes(), need);
        obstacle = obstacle != null ? obstacle : tooLittle("heap", reading.heapHeadroomBytes(), heapNeed);
        return obstacle != null ? obstacle : tooLittle("node", reading.nodeHeadroomBytes(), need);
    }

    private static @Nullable String tooLittle(String what, OptionalLong headroom, long need) {
        return headroom.isEmpty() || headroom.getAsLong() >= need
                ? null
                : what + " headroom " + StartupReport.mib(headroom.getAsLong()) + " is below "
                        + StartupReport.mib(need);
    }

    @GuardedBy("this")
    private @Nullable String othersInTheWay(Turn turn, long now) {
        if (turn.spread && !isJitterOver(now)) {
            return "jitter between instances";
        }
        ClaimFile.Attempt attempt = claimFile == null ? ClaimFile.Attempt.UNUSABLE : claimFile.tryClaim();
        return switch (attempt) {
            case CLAIMED -> null;
            case TAKEN -> "another instance holds the claim";
            case UNUSABLE -> sensing.obstacle(now, step(turn));
        };
    }

    @GuardedBy("this")
    private boolean isJitterOver(long now) {
        if (jitterBegunNanos == null) {
            jitterBegunNanos = now;
        }
        return now - jitterBegunNanos >= jitterNanos;
    }

    /** Who holds the claim file, has taken most of what it needs, or more than others since, yields to nobody. */
    @GuardedBy("this")
    private @Nullable String collision(Turn turn, long takenBytes, long now) {
        boolean hasBegun = !turn.isWaiting();
        long step = step(turn);
        if ((claimFile != null && claimFile.isHeld())
                || takenBytes > turn.needBytes / 2
                || (hasBegun && takenBytes > sensing.fallenBytes(step))) {
            return null;
        }
        String others = sensing.obstacle(now, step);
        if (hasBegun && others != null) {
            // Nobody knows how many there are: the window doubles each time.
            sensing.yield(1 + (long) (chance.next() * (slotNanos << Math.min(yields, MAX_DOUBLINGS))));
            yields++;
        }
        return others;
    }

    /** Others run the same plan: what is much less than this stage needs is no start of theirs. */
    private static long step(Turn turn) {
        return Math.max(MIN_STEP_BYTES, turn.needBytes / 8);
    }

    @GuardedBy("this")
    private void goAhead(Turn turn, String obstacle) {
        LOG.warn(
                "Startup: stage '{}' goes ahead after {} ms although {}",
                turn.stage,
                turn.waitedNanos() / 1_000_000,
                obstacle);
        turn.goAhead(obstacle);
        long before = wentAhead;
        wentAhead = before + 1;
    }

    /** Builds gates. Not thread-safe. */
    public static final class Builder {
        private static final Duration MAX_WAIT = Duration.ofHours(1);
        private static final Duration MAX_SPREAD = Duration.ofMinutes(10);

        private final MemoryReader reader;
        private final Ticker ticker;
        private Duration maxWait = Duration.ofSeconds(60);
        private double maxPressure = 0.1;
        private Duration slot = Duration.ofSeconds(1);
        private Duration jitter = Duration.ofSeconds(5);
        private String instance = InstanceName.get();
        private @Nullable Path lockFile;

        private Builder(MemoryReader reader, Ticker ticker) {
            this.reader = reader;
            this.ticker = ticker;
        }

        /**
         * Sets how long a stage that readiness waits for may wait for memory, and any stage at its checkpoints; after
         * that it goes ahead. Default: 60 s.
         *
         * @throws IllegalArgumentException if it is negative or above 1 h
         */
        @CanIgnoreReturnValue
        public Builder maxWait(Duration maxWait) {
            this.maxWait = checkDuration("maxWait", maxWait, MAX_WAIT);
            return this;
        }

        /**
         * Sets the memory pressure from which on nothing begins, as the share of the last 10 s in which some task waited
         * for memory. Default: 0.1.
         *
         * @throws IllegalArgumentException unless it is above 0 and at most 1
         */
        @CanIgnoreReturnValue
        public Builder maxPressure(double share) {
            checkArgument(share > 0 && share <= 1, "maxPressure must be above 0 and at most 1: %s", share);
            this.maxPressure = share;
            return this;
        }

        /**
         * Sets the window in which instances without a lock file spread the beginning of their first stage. Default: 1 s.
         *
         * @throws IllegalArgumentException if it is negative or above 10 min
         */
        @CanIgnoreReturnValue
        public Builder slot(Duration window) {
            this.slot = checkDuration("slot", window, MAX_SPREAD);
            return this;
        }

        /**
         * Sets the window in which instances spread the beginning of their first stage that is not critical. Default: 5 s.
         *
         * @throws IllegalArgumentException if it is negative or above 10 min
         */
        @CanIgnoreReturnValue
        public Builder jitter(Duration window) {
            this.jitter = checkDuration("jitter", window, MAX_SPREAD);
            return this;
        }

        /**
         * Sets the name that tells this instance from others. Default: the pod's name, from {@code HOSTNAME}, with the
         * process's id and start.
         *
         * @throws IllegalArgumentException if it is blank
         */
        @CanIgnoreReturnValue
        public Builder instance(String name) {
            checkArgument(!name.isBlank(), "instance must not be blank: '%s'", name);
            this.instance = name;
            return this;
        }

        /**
         * Sets a file on a path that the instances of a node share, through which one at a time claims the memory it needs.
         * A file that cannot be used for two seconds is ignored with a warning; a symbolic link is not followed. Default:
         * none, instances sense each other.
         */
        @CanIgnoreReturnValue
        public Builder lockFile(Path file) {
            this.lockFile = file;
            return this;
        }

        /** The gate. */
        public MemoryGate build() {
            return new MemoryGate(this);
        }

        private static Duration checkDuration(String name, Duration duration, Duration max) {
            checkArgument(
                    !duration.isNegative() && duration.compareTo(max) <= 0,
                    "%s must be between 0 and %s: %s",
                    name,
                    max,
                    duration);
            return duration;
        }
    }
}
