/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.limit;

import static io.loadline.internal.Checks.checkArgument;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The groups of a limiter, and how its places are shared out among them. Thread-safe; nothing here waits for a call to end.
 */
final class RouteGroups {
    /*
     * A reserved place is a place of the word that is taken without a call. So what runs can never exceed the limit,
     * however it is shared out: the common pool is simply what is left, and there is one limit, one closed bit and one
     * "empty", those of the word. Groups of their own words, with the limit divided between them, would need several
     * writes whenever the limit moves, and two groups could be full at once of which one has just been made smaller.
     *
     * To reserve a place that calls of others take, it is claimed: taken at once, beyond the limit if need be, so that no
     * other call gets it when it becomes free, and given to the group when it has: when no more places are claimed than
     * the word is beyond its limit. That is looked at on each beat, and by calls of the group.
     *
     * When the limit falls, reserved places fall with it and the calls on them go on among all others. If these are
     * beyond the limit, no common call is admitted until they are not, yet calls still find the places reserved for them:
     * a guarantee that did not hold in an overload would be none. What runs still only falls then: it is at most what the
     * word counts, and that does not rise.
     *
     * To the algorithm reserved places are invisible: in flight and the peak are calls that run. While they lie idle the
     * limit is never reached by calls in flight, but the common pool sheds, which counts as binding; so the limit grows
     * until the common pool, 1 - shares of it, is what the service can do. When the group then comes back, more runs than
     * the service needs, until the limit has fallen again: in IdleShareTest that costs no goodput with shares up to 0.7,
     * and a half of latency at most.
     */
    private static final RouteGroup[] NONE = {};

    /** So that shares which add up to one, but for rounding, are refused. */
    private static final double MOST_SHARES = 1 - 1e-6;

    private final AdmissionWord word;
    private final Runnable handOver;
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<String, RouteGroup> byRoute = new ConcurrentHashMap<>();

    @GuardedBy("lock")
    private final Map<String, RouteGroup> byName = new LinkedHashMap<>();

    /** Replaced under the lock when a group is added, read by whoever wants to know what runs. */
    private volatile RouteGroup[] all = NONE;

    /** Places claimed. Written under the lock, read by whoever wants to know what runs; understates that for a moment. */
    private volatile int claimed;

    /** While all calls are refused nothing is reserved, so that the word is empty when nothing runs. */
    @GuardedBy("lock")
    private boolean closed;

    /** Until then the limit says nothing of the service, nor do caps that are parts of it. */
    @GuardedBy("lock")
    private boolean warm;

    RouteGroups(AdmissionWord word, boolean warm) {
        this(word, warm, () -> {});
    }

    /**
     * Groups that call {@code handOver} when an acquire has given back what somebody may wait for. It is not called under a
     * lock of this; where the limits, the limit or closing give something back, that is for the caller to do.
     */
    RouteGroups(AdmissionWord word, boolean warm, Runnable handOver) {
        this.word = word;
        this.warm = warm;
        this.handOver = handOver;
    }

    /** The group of the route named so; null if it has none. */
    @Nullable
    RouteGroup of(String route) {
        return byRoute.get(route);
    }

    /**
     * Sets the limits of the group {@code name}, which is made of {@code routes} if there is none yet, or else of the route
     * named like it. Returns the routes that have become part of it.
     *
     * @throws IllegalArgumentException if shares add up to 1 or more, a route is in another group, or {@code routes} are
     *     given for a group that there is already
     */
    List<String> limits(String name, RouteLimits limits, List<String> routes) {
        checkArgument(!name.isBlank(), "the name of a route or group must not be blank: '%s'", name);
        lock.lock();
        try {
            RouteGroup known = byName.get(name);
            double others = byName.values().stream()
                    .filter(group -> group != known)
                    .mapToDouble(group -> group.limits().share())
                    .sum();
            checkArgument(
                    others + limits.share() < MOST_SHARES,
                    "shares must add up to less than 1, or nothing is left for other routes: %s of '%s' and %s of the rest",
                    limits.share(),
                    name,
                    others);
            checkArgument(
                    known == null || routes.isEmpty(), "there is a route or group of this name already: '%s'", name);
            List<String> added = known != null ? List.of() : routes.isEmpty() ? List.of(name) : List.copyOf(routes);
            for (String route : added) {
                checkArgument(!route.isBlank(), "the name of a route in '%s' must not be blank: '%s'", name, route);
                checkArgument(!byRoute.containsKey(route), "route '%s' is in another group than '%s'", route, name);
            }
            RouteGroup group = known == null ? add(name, added) : known;
            group.limits(limits);
            arrange();
            return added;
        } finally {
            lock.unlock();
        }
    }

    @GuardedBy("lock")
    @CanIgnoreReturnValue
    private RouteGroup add(String name, List<String> routes) {
        RouteGroup group = new RouteGroup(this, word);
        byName.put(name, group);
        routes.forEach(route -> byRoute.put(route, group));
        all = byName.values().toArray(NONE);
        word.reservedBy(this);
        return group;
    }

    /**
     * Sets the limits of all groups named in {@code changed} at once; names that are new are routes. Others stay as they are.
     * Calls {@code before} when it is sure that nothing is refused, and before anything has changed. Returns the routes
     * that have got a group.
     *
     * @throws IllegalArgumentException if shares add up to 1 or more, a new name is a route of a group, or there would be
     *     more than {@code most} groups
     */
    List<String> limits(Map<String, RouteLimits> changed, int most, Runnable before) {
        lock.lock();
        try {
            Map<String, RouteLimits> wanted = limits();
            wanted.putAll(changed);
            checkShares(wanted);
            checkArgument(
                    wanted.size() <= most,
                    "there must be no more names with limits than there can be routes, %s: %s",
                    most,
                    wanted.size());
            List<String> added = new ArrayList<>(changed.keySet());
            added.removeAll(byName.keySet());
            for (String name : added) {
                checkArgument(!byRoute.containsKey(name), "route '%s' is in a group, which has the limits", name);
            }
            before.run();
            for (String name : added) {
                add(name, List.of(name));
            }
            for (Map.Entry<String, RouteGroup> group : byName.entrySet()) {
                group.getValue()
                        .limits(wanted.getOrDefault(
                                group.getKey(), group.getValue().limits()));
            }
            arrange();
            return added;
        } finally {
            lock.unlock();
        }
    }

    static void checkShares(Map<String, RouteLimits> limits) {
        double shares = limits.values().stream().mapToDouble(RouteLimits::share).sum();
        checkArgument(
                shares < MOST_SHARES,
                "shares must add up to less than 1, or nothing is left for other routes: %s",
                shares);
    }

    /** The limits by the name of route or group, in the order in which they were first set. */
    Map<String, RouteLimits> limits() {
        lock.lock();
        try {
            Map<String, RouteLimits> limits = new LinkedHashMap<>();
            byName.forEach((name, group) -> limits.put(name, group.limits()));
            return limits;
        } finally {
            lock.unlock();
        }
    }

    void limit(int limit, boolean isWarm) {
        lock.lock();
        try {
            word.limit(limit);
            warm = isWarm;
            arrange();
        } finally {
            lock.unlock();
        }
    }

    /** Refuses all calls, or takes new ones again. Returns whether none are in flight then. */
    boolean closed(boolean changed) {
        lock.lock();
        try {
            boolean unused = word.closed(changed);
            closed = changed;
            arrange();
            return word.isClosedAndEmpty();
        } finally {
            lock.unlock();
        }
    }

    /** Due at each beat. */
    void beat() {
        if (all != NONE) {
            lock.lock();
            try {
                arrange();
            } finally {
                lock.unlock();
            }
        }
    }

    /** Places of the word on which no call runs. */
    int idle() {
        int idle = claimed;
        for (RouteGroup group : all) {
            idle += group.idle();
        }
        return idle;
    }

    boolean hasClaims() {
        return claimed > 0;
    }

    /** What should be reserved for {@code group}. */
    int target(RouteGroup group) {
        return group.limits().reservedOf(word.limit());
    }

    void arrangeUnlessBusy() {
        if (lock.tryLock()) {
            try {
                arrange();
            } finally {
                lock.unlock();
            }
            if (word.hasWaiters()) {
                handOver.run();
            }
        }
    }

    /** An acquire has given back the place that it had taken; {@code released} is what the word said to that. */
    void given(int released) {
        if (released == AdmissionWord.RELEASED_BEFORE_WAITERS) {
            handOver.run();
        }
    }

    /** Lowers before it raises, so that what one group loses another can have at once. */
    @GuardedBy("lock")
    private void arrange() {
        int limit = word.limit();
        for (RouteGroup group : all) {
            word.give(group.shrink(wanted(group), cap(group, limit)));
        }
        int missing = 0;
        for (RouteGroup group : all) {
            missing += group.missing(wanted(group));
        }
        claim(missing);
        // Calls that end meanwhile make it more; those that begin do not make it less, since they need room themselves.
        int free = claimed - Math.max(0, word.inFlight() - limit);
        int taken = 0;
        for (RouteGroup group : all) {
            taken += group.grow(wanted(group), Math.max(0, free - taken));
        }
        claimed = missing - taken;
    }

    @GuardedBy("lock")
    private void claim(int places) {
        int more = places - claimed;
        if (more > 0) {
            claimed = places;
            word.take(more);
        } else {
            word.give(-more);
            claimed = places;
        }
    }

    @GuardedBy("lock")
    private int cap(RouteGroup group, int limit) {
        return warm ? group.limits().capOf(limit) : group.limits().cap();
    }

    @GuardedBy("lock")
    private int wanted(RouteGroup group) {
        return closed ? 0 : target(group);
    }
}
