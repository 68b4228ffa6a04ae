/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.limit;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Refuses the least important calls when not all can be served, and calls that come too late. Thread-safe, but
 * {@link #beat} is guarded by the limiter's lock.
 */
final class PriorityThreshold {
    /*
     * A call has a level: class * 128 + cohort, the most important ones lowest. The beat keeps a histogram of the levels
     * that arrived and sets the threshold where the share of arrivals below it is the share that was admitted: those fit.
     * There is no second loop that looks for the limit; this one only says who gets what there is.
     *
     * The threshold counts only while the last few slots below the limit are being taken. A call above it is admitted as
     * long as more are free, so that nothing stands idle, however wrong the threshold is; what is admitted is always
     * what can be served, so the share cannot lock itself in; and when a flood is over, slots are free and nobody is
     * refused, without any probing. (Telephony calls it trunk reservation. Without it, a threshold that fits on average
     * wastes what arrivals that come by chance leave unused: 4 to 20 % of the limit by Erlang's formula.)
     *
     * The threshold falls with the slots that are left: with k of R free, calls of the most important k/R of the share
     * are admitted. Were it one for all R, calls would come in as fast as others end, since they fit, and find the limit
     * reached once in R + 1 times, whoever they are. So they come the more slowly the fewer slots are left: once in
     * about 1,500 times for R = 8. R needs not grow with the limit, since it has to do with single arrivals and ends.
     * The limit of the AdmissionWord remains the guard: slots are read here before they are taken there, and a race costs
     * a slot of the reserve, never one above the limit.
     *
     * The histogram forgets a tenth with each beat, but no more than what arrived makes up for (200 calls): a second at
     * 200 calls/s and above, 10 s at 20 calls/s, where a few calls say nothing about shares.
     *
     * Cohorts: a call above the edge of its class is refused, one below is served, and who is where is decided by a hash
     * of the key, so that a user's calls share their fate: a page made of ten calls works, or does not, instead of never
     * working for anybody. The cohorts turn, one place each 500 ms and once around in 64 s: everybody is out for the
     * share of those 64 s that must be refused, nobody for longer, and at any moment only one user in 128 changes sides,
     * so the histogram stays true; a new salt each minute would deal out all fates anew at once, twice the same one to
     * some. Where the turn begins differs between instances: who is out in one may try the next.
     *
     * While all calls are of one class and none names a cohort, there is nothing to prefer, and it stays open.
     *
     * Counting begins with the first call that is unlike the others, which may be anybody's who sends a header, and costs
     * all others something. So it ends when no such call has come for a while, unless routes differ; what was counted
     * remains. A call is counted by the object that it found when it was judged, or finds when it has waited: one that is
     * unlike the others always finds one, so that its end is never counted without its arrival, nor the other way round.
     */

    /** Results of {@link #judge}; refusals are unlike those of {@link AdmissionWord} and {@link RouteGroup}. */
    static final int PASSED = 0;

    static final int BEYOND = 1;

    /** In shadow mode, of a call that comes too late and runs. Unlike what the others admit with, too. */
    static final int ADMITTED_OUTSIDE_DEADLINE = 5;

    static final int REFUSED_PRIORITY = -4;
    static final int REFUSED_DEADLINE = -5;

    private static final int COHORTS = CallContext.COHORTS;
    private static final int LEVELS = ArrivalCounts.LEVELS;
    private static final int MAX_RESERVE = 8;
    private static final double ENOUGH_ARRIVALS = 200;
    private static final double MIN_FORGOTTEN = 0.01;
    private static final double MAX_FORGOTTEN = 0.1;
    private static final double NEGLIGIBLE = 0.002;
    private static final long TURN_NANOS = 500_000_000L;
    private static final long QUIET_NANOS = 300_000_000_000L;

    /** A call is given up when this share of what its route takes without congestion is more than the time it has. */
    private static final int HOPELESS_SHARE = 4;

    private final AdmissionWord word;
    private final int firstTurn;

    /** Null while arrivals are not counted, else {@link #kept}. Written under the lock, read by every acquire. */
    private volatile @Nullable ArrivalCounts counts;

    /** What was ever counted. Written once, under the lock, read by whoever counts what is rare and by the beat. */
    private volatile @Nullable ArrivalCounts kept;

    /** Whether routes differ. */
    @GuardedBy("this")
    private boolean forGood;

    /** Whether counting began since the last beat. */
    @GuardedBy("this")
    private boolean begun;

    /** Null while everybody is admitted. Written by the beat, read by every acquire; a beat stale. */
    private volatile @Nullable Ladder ladder;

    private final long[] before = new long[ArrivalCounts.FIELDS];
    private final double[] arrivals = new double[LEVELS];
    private double refused;
    private double keyed;

    /** The last beat that found a call unlike the others. */
    private long usedNanos;

    PriorityThreshold(AdmissionWord word, long originNanos) {
        this.word = word;
        this.firstTurn = Long.hashCode(originNanos * 0x9E3779B97F4A7C15L);
    }

    /** Whether arrivals are counted. */
    boolean inUse() {
        return counts != null;
    }

    /** Counts arrivals from now on, whatever comes. */
    synchronized void useForGood() {
        forGood = true;
        ArrivalCounts unused = use();
    }

    private synchronized ArrivalCounts use() {
        ArrivalCounts counted = kept();
        begun = true;
        counts = counted;
        return counted;
    }

    private synchronized ArrivalCounts kept() {
        ArrivalCounts present = kept;
        if (present == null) {
            present = new ArrivalCounts(Runtime.getRuntime().availableProcessors());
            kept = present;
        }
        return present;
    }

    /** Where a call is counted; null if it is not. */
    @Nullable
    ArrivalCounts counting(Route route, CallContext context) {
        ArrivalCounts counted = counts;
        if (counted != null || (context.cohort() < 0 && criticality(route, context) == Criticality.CRITICAL)) {
            return counted;
        }
        return use();
    }

    /**
     * Judges what comes before all else: {@link #PASSED}, or that nothing is admitted or the call comes too late. In shadow
     * mode it is admitted then, outside the limit: enforced it would take no place and matter to nobody.
     */
    int judgeTime(Route route, CallContext context, Enforcement mode) {
        if (word.closed()) {
            return AdmissionWord.REFUSED_CLOSED;
        }
        if (mode != Enforcement.OFF && isTooLate(context)) {
            // It is unlike the others in nothing that the threshold asks for, so arrivals need not be counted.
            ArrivalCounts present = kept;
            (present == null ? kept() : present)
                    .count(ArrivalCounts.EXPIRED + criticality(route, context).ordinal());
            return mode == Enforcement.ENFORCE ? REFUSED_DEADLINE : admitTooLate();
        }
        return PASSED;
    }

    private int admitTooLate() {
        int admitted = word.tryAcquireOutside();
        return admitted < 0 ? admitted : ADMITTED_OUTSIDE_DEADLINE;
    }

    /**
     * Judges a call that needs a place which others want, too, and counts its arrival: {@link #PASSED}, {@link #BEYOND} in
     * shadow mode, or that it is refused. What came of it is to be told to {@link #count}.
     *
     * @param counted {@link #counting}
     * @param waits whether the call will wait if there is no room; it then needs to be below the threshold for that
     */
    int judge(@Nullable ArrivalCounts counted, Route route, CallContext context, Enforcement mode, boolean waits) {
        if (counted == null) {
            return PASSED;
        }
        Criticality criticality = criticality(route, context);
        int cohort = context.cohort();
        if (cohort < 0) {
            cohort = counted.nextCohort();
        } else {
            counted.count(ArrivalCounts.KEYED);
        }
        counted.count(criticality.ordinal() * COHORTS + cohort);
        Ladder present = mode == Enforcement.OFF ? null : ladder;
        if (present == null || !present.refuses(criticality, cohort, word.free(), waits)) {
            return PASSED;
        }
        return mode == Enforcement.SHADOW ? BEYOND : REFUSED_PRIORITY;
    }

    /** Counts what came of a call that was judged: a result of {@link #judge} or {@link AdmissionWord#tryAcquire}. */
    void count(@Nullable ArrivalCounts counted, Route route, CallContext context, int admitted) {
        if (counted != null) {
            if (admitted == REFUSED_PRIORITY || admitted == AdmissionWord.REFUSED_LIMIT) {
                counted.count(ArrivalCounts.SHED + criticality(route, context).ordinal());
            } else if (admitted == AdmissionWord.ADMITTED_OUTSIDE) {
                counted.count(
                        ArrivalCounts.SHADOWED + criticality(route, context).ordinal());
            }
        }
    }

    /**
     * Counts a call that its route's own limits have admitted or refused. It took nothing from others, so it is no part of
     * the histogram: otherwise there would seem to be room for as many more of those that do.
     */
    void countOwn(Route route, CallContext context, int admitted) {
        ArrivalCounts counted = counts;
        if (counted != null && (admitted == AdmissionWord.ADMITTED || admitted == AdmissionWord.ADMITTED_LOW)) {
            counted.count(ArrivalCounts.OWN + criticality(route, context).ordinal());
        }
    }

    private static Criticality criticality(Route route, CallContext context) {
        Criticality given = context.criticality();
        return given == null ? route.criticality() : given;
    }

    /**
     * Whether the caller has gone. Not also when less is left than calls of this route take: a route whose calls are all
     * refused has no latencies, so a baseline that is too high would never be mended.
     */
    private static boolean isTooLate(CallContext context) {
        return context.hasDeadline() && context.remainingNanos() <= 0;
    }

    /**
     * For how long a call with a deadline may wait; not positive if no more. The baseline is a mean: most calls of a route
     * that answers from a cache take far less. Hence a quarter of it.
     */
    static long hopeNanos(Route route, CallContext context) {
        return context.remainingNanos() - route.baselineNanos() / HOPELESS_SHARE;
    }

    /** Counts of all times in which criticality was used; empty before. */
    Map<Criticality, CriticalityStats> stats() {
        ArrivalCounts counted = kept;
        if (counted == null) {
            return Map.of();
        }
        Map<Criticality, CriticalityStats> stats = new EnumMap<>(Criticality.class);
        for (Criticality each : Criticality.values()) {
            stats.put(each, stats(counted, each.ordinal()));
        }
        return stats;
    }

    private static CriticalityStats stats(ArrivalCounts counted, int criticality) {
        long arrived = counted.sum(ArrivalCounts.OWN + criticality);
        for (int cohort = 0; cohort < COHORTS; cohort++) {
            arrived += counted.sum(criticality * COHORTS + cohort);
        }
        return new CriticalityStats(
                arrived,
                counted.sum(ArrivalCounts.SHED + criticality),
                counted.sum(ArrivalCounts.SHADOWED + criticality),
                counted.sum(ArrivalCounts.EXPIRED + criticality));
    }

    /** Moves the threshold, or ends counting if there is nothing to prefer; due about every 100 ms. */
    void beat(long nowNanos) {
        ArrivalCounts counted = counts;
        if (counted == null) {
            return;
        }
        boolean hasBegun = takeBegun();
        double fresh = 0;
        double[] since = new double[ArrivalCounts.FIELDS];
        for (int field = 0; field < ArrivalCounts.FIELDS; field++) {
            long sum = counted.sum(field);
            since[field] = sum - before[field];
            before[field] = sum;
            fresh += field < LEVELS ? since[field] : 0;
        }
        if (hasBegun || hasUnlike(since)) {
            usedNanos = nowNanos;
        } else if (nowNanos - usedNanos >= QUIET_NANOS && end()) {
            return;
        }
        double share = 1 - Math.max(MIN_FORGOTTEN, Math.min(MAX_FORGOTTEN, fresh / ENOUGH_ARRIVALS));
        for (int level = 0; level < LEVELS; level++) {
            arrivals[level] = share * arrivals[level] + since[level];
        }
        keyed = share * keyed + since[ArrivalCounts.KEYED];
        refused *= share;
        for (int i = 0; i < Criticality.COUNT; i++) {
            refused += since[ArrivalCounts.SHED + i] + since[ArrivalCounts.SHADOWED + i];
        }
        ladder = next(nowNanos);
    }

    private synchronized boolean takeBegun() {
        boolean taken = begun;
        begun = false;
        return taken;
    }

    /** Whether any of these calls was not of the class that all are of by default, or named a cohort. */
    private static boolean hasUnlike(double[] since) {
        int usual = Criticality.CRITICAL.ordinal();
        boolean has = since[ArrivalCounts.KEYED] > 0;
        for (int level = 0; level < LEVELS; level++) {
            has |= level / COHORTS != usual && since[level] > 0;
        }
        for (int i = 0; i < Criticality.COUNT; i++) {
            has |= i != usual && since[ArrivalCounts.OWN + i] > 0;
        }
        return has;
    }

    /** Counts no arrivals any more; false if it must go on. Who waits has been counted and will be again. */
    private synchronized boolean end() {
        if (forGood || begun || word.hasWaiters()) {
            return false;
        }
        counts = null;
        ladder = null;
        Arrays.fill(arrivals, 0);
        refused = 0;
        keyed = 0;
        return true;
    }

    private @Nullable Ladder next(long nowNanos) {
        double arrived = 0;
        double largestClass = 0;
        for (int from = 0; from < LEVELS; from += COHORTS) {
            double ofClass = 0;
            for (int level = from; level < from + COHORTS; level++) {
                ofClass += arrivals[level];
            }
            arrived += ofClass;
            largestClass = Math.max(largestClass, ofClass);
        }
        boolean alike = largestClass >= (1 - NEGLIGIBLE) * arrived && keyed <= NEGLIGIBLE * arrived;
        int limit = word.limit();
        int reserve = Math.min(MAX_RESERVE, Math.max(limit / 3, limit > 1 ? 1 : 0));
        if (refused <= NEGLIGIBLE * arrived || alike || reserve == 0) {
            return null;
        }
        double served = Math.max(0, arrived - refused);
        int turned = firstTurn + (int) (nowNanos / TURN_NANOS) & (COHORTS - 1);
        int[] thresholds = new int[reserve + 1];
        // With none free it is the limit that refuses.
        thresholds[0] = LEVELS;
        int level = 0;
        double below = 0;
        for (int free = 1; free <= reserve; free++) {
            double fits = served * free / reserve;
            while (level < LEVELS && below + arrivals[unturned(level, turned)] <= fits) {
                below += arrivals[unturned(level++, turned)];
            }
            thresholds[free] = level;
        }
        return new Ladder(turned, thresholds);
    }

    /** The place in the histogram of the level that a call has at present. */
    private static int unturned(int level, int turned) {
        return (level & -COHORTS) | ((level - turned) & (COHORTS - 1));
    }

    /**
     * Who is refused. Immutable.
     *
     * @param turned by how much cohorts are turned
     * @param thresholds the level from which on calls are refused, by the number of free slots
     */
    private record Ladder(int turned, int[] thresholds) {
        boolean refuses(Criticality criticality, int cohort, int free, boolean waits) {
            if (free >= thresholds.length) {
                return false;
            }
            int level = criticality.ordinal() * COHORTS + ((cohort + turned) & (COHORTS - 1));
            // Those who wait take no slot now, so it is enough if they fit; but all others would fill the queue.
            return level >= thresholds[free > 0 ? free : waits ? thresholds.length - 1 : 0];
        }
    }
}
