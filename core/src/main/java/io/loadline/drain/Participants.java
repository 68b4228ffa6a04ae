/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.drain;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.loadline.time.Registration;
import io.loadline.time.Ticker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;

/** The participants of one drain: whose turn it is, and for how long. Thread-safe. */
final class Participants {
    /*
     * Groups, one after the other: first those that requests do not need, by order, then the others, by order. The first
     * have no need to wait for the end of the traffic, so that a stop takes as long as the slower of both, not their sum.
     *
     * A group may take the time that is left but for a reserve for each that comes after it: a fifth of the whole, or an
     * equal part if there are many. So may requests before those which serve them: one that hangs does not keep an
     * executor from being told. At the end of its share a group is interrupted and gets a last
     * moment, GRACE, to clean up and to tell what is still active; then it is the next one's turn, whatever happens.
     *
     * Moved on from outside, at heartbeats and whenever a participant returns; the monitor is never held while anything
     * of a participant's is called.
     */
    private static final int LEAST_PARTS = 5;
    private static final long GRACE_SHARE = 20;
    private static final long MOST_GRACE_NANOS = 1_000_000_000L;

    private final Ticker ticker;
    private final Supplier<DrainPhase> phase;
    private final Runnable progress;
    private final List<Member> registered = new CopyOnWriteArrayList<>();

    @GuardedBy("this")
    private final List<Group> groups = new ArrayList<>();

    @GuardedBy("this")
    private long deadlineAtNanos;

    @GuardedBy("this")
    private long reserveNanos;

    @GuardedBy("this")
    private long graceNanos;

    @GuardedBy("this")
    private int turn;

    @GuardedBy("this")
    private boolean begun;

    @GuardedBy("this")
    private boolean ended;

    /** {@code progress} is called by the thread of a participant that has come to its end. */
    Participants(Ticker ticker, Supplier<DrainPhase> phase, Runnable progress) {
        this.ticker = ticker;
        this.phase = phase;
        this.progress = progress;
    }

    Registration add(DrainParticipant participant) {
        Member member = new Member(
                Objects.requireNonNull(participant.name()),
                new Place(participant.servesRequests(), participant.order()),
                participant);
        registered.add(member);
        return () -> registered.remove(member);
    }

    /** Tells all to prepare, each in a thread of its own; the whole drain may take {@code deadlineNanos}. */
    void begin(long deadlineAt, long deadlineNanos) {
        List<ParticipantRun> runs = new ArrayList<>();
        synchronized (this) {
            if (begun || ended) {
                return;
            }
            begun = true;
            TreeMap<Place, List<ParticipantRun>> byPlace = new TreeMap<>();
            for (Member member : registered) {
                ParticipantRun run = new ParticipantRun(member.name, member.participant, ticker, phase, progress);
                byPlace.computeIfAbsent(member.place, place -> new ArrayList<>())
                        .add(run);
                runs.add(run);
            }
            byPlace.forEach((place, members) -> groups.add(new Group(place.servesRequests, members)));
            deadlineAtNanos = deadlineAt;
            graceNanos = Math.min(MOST_GRACE_NANOS, deadlineNanos / GRACE_SHARE);
            reserveNanos = deadlineNanos / Math.max(LEAST_PARTS, groups.size() + 1);
        }
        runs.forEach(ParticipantRun::start);
    }

    /** Moves on as far as it goes now; returns whether all have had their turn. */
    boolean advance(boolean requestsGone) {
        List<ParticipantRun> overdue = new ArrayList<>();
        boolean over;
        synchronized (this) {
            over = advance(requestsGone, overdue);
        }
        overdue.forEach(ParticipantRun::overdue);
        return over;
    }

    @GuardedBy("this")
    private boolean advance(boolean requestsGone, List<ParticipantRun> overdue) {
        if (!begun || ended) {
            return ended;
        }
        long now = ticker.read();
        for (; turn < groups.size(); turn++) {
            Group group = groups.get(turn);
            if (!group.begun) {
                long left = deadlineAtNanos - now;
                int after = groups.size() - turn - 1;
                if (group.servesRequests && !requestsGone && left > reserveNanos * (after + 1)) {
                    return false;
                }
                group.begin(now, Math.max(0, left - reserveNanos * after - graceNanos));
            }
            if (!group.isOver(now, graceNanos, overdue)) {
                return false;
            }
        }
        return true;
    }

    /** How many have not come to their end. */
    synchronized int active() {
        return (int) groups.stream()
                .flatMap(group -> group.members.stream())
                .filter(each -> !each.hasEnded())
                .count();
    }

    /** The drain is over: what became of each. Nothing moves on after this. */
    synchronized List<ParticipantResult> end() {
        ended = true;
        return groups.stream()
                .flatMap(group -> group.members.stream())
                .map(ParticipantRun::result)
                .toList();
    }

    /** After {@link #end()}: whoever still runs, or waits for its turn, need not go on. */
    void dismiss() {
        List<ParticipantRun> runs = new ArrayList<>();
        synchronized (this) {
            groups.forEach(group -> runs.addAll(group.members));
        }
        runs.forEach(ParticipantRun::dismiss);
    }

    /** Where a participant comes in. */
    private record Place(boolean servesRequests, int order) implements Comparable<Place> {
        private static final Comparator<Place> ORDER =
                Comparator.comparing(Place::servesRequests).thenComparing(Place::order);

        @Override
        public int compareTo(Place other) {
            return ORDER.compare(this, other);
        }
    }

    /** A participant and what it said of itself when it was added: later it might hang. */
    private record Member(String name, Place place, DrainParticipant participant) {}

    /** Participants whose turn comes together. Guarded by the participants' monitor. */
    private static final class Group {
        private final boolean servesRequests;
        private final List<ParticipantRun> members;
        private boolean begun;
        private boolean interrupted;
        private long shareEndNanos;

        Group(boolean servesRequests, List<ParticipantRun> members) {
            this.servesRequests = servesRequests;
            this.members = members;
        }

        void begin(long now, long shareNanos) {
            begun = true;
            shareEndNanos = now + shareNanos;
            members.forEach(each -> each.turn(Duration.ofNanos(shareNanos)));
        }

        /** Adds those whose share has just ended to {@code overdue}. */
        boolean isOver(long now, long graceNanos, List<ParticipantRun> overdue) {
            if (members.stream().allMatch(ParticipantRun::hasEnded)) {
                return true;
            }
            if (!interrupted && now - shareEndNanos >= 0) {
                interrupted = true;
                members.stream().filter(each -> !each.hasEnded()).forEach(overdue::add);
            }
            return interrupted && now - (shareEndNanos + graceNanos) >= 0;
        }
    }
}
