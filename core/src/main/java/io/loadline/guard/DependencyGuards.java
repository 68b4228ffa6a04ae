/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.guard;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.loadline.availability.DependencyChecks;
import io.loadline.time.Heartbeat;
import io.loadline.time.Registration;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.IntSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The guards of a service, by name; looks after them at each beat. Thread-safe. */
public final class DependencyGuards implements AutoCloseable {
    /*
     * Shares: at each beat, calls that run over requests that run, as an average of the last second or so. By Little's law
     * that is the share of the requests' time that they spend in those calls, with nothing to be measured per request, and
     * it shows calls that hang before any has ended. A request that makes several calls at once counts several times.
     *
     * A guard is built outside the lock, as code of others takes part; of two that are built at once for a name, the one that
     * is there first stays. Those who find a guard, the shared one too, take no lock.
     */

    /** Names beyond these share one guard: they come from requests, then, and there is no end to them. */
    static final int MOST = 200;

    /** The guard of all further names. */
    static final String OTHER = "other";

    private static final double WEIGHT_OF_BEAT = 0.1;
    private static final int LEAST_CONCURRENCY = 4;
    private static final int MOST_CONCURRENCY = 10_000;
    private static final double MOST_OF_THE_TIME = 0.5;

    private final Heartbeat heartbeat;
    private final IntSupplier limit;
    private final IntSupplier inFlight;
    private final @Nullable DependencyChecks checks;
    private final Consumer<? super DependencyGuard.Builder> defaults;

    /** Null if nobody listens. */
    private final @Nullable GuardListener listener;

    private final Map<String, DependencyGuard> byName = new ConcurrentHashMap<>();

    /** The same in the order in which they came. */
    private final List<DependencyGuard> guards = new CopyOnWriteArrayList<>();

    /** What each was built with, by name. */
    private final Map<String, GuardLimits> built = new ConcurrentHashMap<>();

    /** Guards what is said of their limits, and that this is what they have. */
    private final Object limiting = new Object();

    /** Written under that lock, read by everybody. */
    private volatile Map<String, GuardLimits> limits = Map.of();

    private final Registration beats;

    private DependencyGuards(Builder builder) {
        this.heartbeat = builder.heartbeat;
        this.limit = builder.limit;
        this.inFlight = builder.inFlight;
        this.checks = builder.checks;
        this.defaults = builder.defaults;
        this.listener = builder.listener;
        this.beats = heartbeat.listen(beat -> beat());
    }

    /** A builder of guards that {@code heartbeat} looks after and whose ticker they read. */
    public static Builder builder(Heartbeat heartbeat) {
        return new Builder(heartbeat);
    }

    /** The guard of that name, a new one if there is none. */
    public DependencyGuard guard(String name) {
        return guard(name, builder -> {});
    }

    /**
     * The guard of that name; a new one with what {@code configure} sets if there is none.
     *
     * @throws IllegalArgumentException if the name is blank or has more than 200 characters
     */
    public DependencyGuard guard(String name, Consumer<? super DependencyGuard.Builder> configure) {
        DependencyGuard known = byName.get(name);
        while (known == null) {
            String taken = guards.size() < MOST ? name : OTHER;
            known = byName.get(taken);
            if (known == null) {
                DependencyGuard built = built(taken, configure);
                known = added(taken, built, limit.getAsInt());
                if (known == built) {
                    feedReadiness(built);
                }
            }
        }
        return known;
    }

    private DependencyGuard built(String name, Consumer<? super DependencyGuard.Builder> configure) {
        DependencyGuard.Builder builder = DependencyGuard.builder(name).ticker(heartbeat.ticker());
        builder.listener = listener;
        defaults.accept(builder);
        configure.accept(builder);
        DependencyGuard built = builder.build();
        if (listener != null) {
            built.listen(listener::changed);
        }
        return built;
    }

    /** The guard of that name, {@code built} if there was none; null if there is no room for one more. */
    private @Nullable DependencyGuard added(String name, DependencyGuard built, int all) {
        synchronized (guards) {
            DependencyGuard known = byName.get(name);
            if (known != null) {
                return known;
            }
            if (guards.size() >= MOST && !name.equals(OTHER)) {
                return null;
            }
            begin(built, all);
            byName.put(name, built);
            return built;
        }
    }

    /** Those who follow readiness hear of it, so not under the lock. */
    private void feedReadiness(DependencyGuard added) {
        try {
            if (added.feedsReadiness() && checks != null) {
                checks.add(added.readinessCheck().build());
            }
        } catch (Throwable nameOfAnotherCheck) {
            synchronized (guards) {
                byName.remove(added.name());
                guards.remove(added);
            }
            throw nameOfAnotherCheck;
        }
    }

    /** All of them, in the order in which they came. */
    public List<DependencyGuard> guards() {
        return List.copyOf(guards);
    }

    /** What {@link #limits(Map)} was told last, by name. */
    public Map<String, GuardLimits> limits() {
        return limits;
    }

    /** Whether there is none yet. */
    public boolean isEmpty() {
        return guards.isEmpty();
    }

    /**
     * Changes what holds for guards, by name, in place of what they were built with; also for those that are made later. What
     * is no longer told is what the guard was built with. Never waits: calls that run keep their time and place.
     */
    public void limits(Map<String, GuardLimits> changed) {
        int all = limit.getAsInt();
        synchronized (limiting) {
            Map<String, GuardLimits> before = limits;
            limits = Map.copyOf(changed);
            guards.forEach(each -> limit(each, before.getOrDefault(each.name(), GuardLimits.NONE), all));
        }
    }

    /** What is known of all of them. */
    public List<DependencyStats> stats() {
        return guards.stream().map(DependencyGuard::stats).toList();
    }

    /** The dependency whose calls are not let through, of several the one that requests spent most time with. */
    public Optional<String> cutOff() {
        return worst(DependencyGuards::isBlocked);
    }

    /** The dependency that requests spend most of their time with; empty if none takes half of it. */
    public Optional<String> waitedFor() {
        return worst(guard -> share(guard) >= MOST_OF_THE_TIME);
    }

    private Optional<String> worst(Predicate<DependencyGuard> isBad) {
        return guards.stream()
                .filter(isBad)
                .max(Comparator.comparingDouble(DependencyGuards::share))
                .map(DependencyGuard::name);
    }

    /** Looks after them no longer. */
    @Override
    public void close() {
        beats.close();
    }

    private void beat() {
        Throwable failed = null;
        int all = -1;
        int requests = -1;
        try {
            all = limit.getAsInt();
            requests = inFlight.getAsInt();
        } catch (Throwable e) {
            // Guards are looked after, whether or not the service knows what it does.
            failed = e;
        }
        for (DependencyGuard each : guards) {
            try {
                each.beat();
                follow(each, all);
            } catch (Throwable e) {
                // The others are looked after all the same.
                failed = e;
            }
            if (requests >= 0 && each instanceof DefaultDependencyGuard guard) {
                double now = requests == 0 ? 0 : Math.min(1, (double) guard.inFlight() / requests);
                double before = Double.isNaN(guard.share()) ? 0 : guard.share();
                guard.share(before + WEIGHT_OF_BEAT * (now - before));
            }
        }
        if (failed instanceof Error error) {
            throw error;
        }
        if (failed instanceof RuntimeException unchecked) {
            throw unchecked;
        }
    }

    private void begin(DependencyGuard guard, int all) {
        synchronized (limiting) {
            Integer own = guard.hasOwnConcurrency() ? guard.concurrency() : null;
            built.put(guard.name(), new GuardLimits(own, guard.timeLimit()));
            guards.add(guard);
            follow(guard, all);
            limit(guard, GuardLimits.NONE, all);
        }
    }

    /** Makes hold what is said by now, where it differs from {@code before}: code may have changed the rest. */
    @GuardedBy("limiting")
    private void limit(DependencyGuard guard, GuardLimits before, int all) {
        GuardLimits now = limits.getOrDefault(guard.name(), GuardLimits.NONE);
        GuardLimits own = built.getOrDefault(guard.name(), GuardLimits.NONE);
        if (!Objects.equals(now.concurrency(), before.concurrency())) {
            Integer calls = now.concurrency() == null ? own.concurrency() : now.concurrency();
            if (calls == null) {
                follow(guard, all);
            } else {
                guard.concurrency(calls);
            }
        }
        Duration time = now.timeLimit() == null ? own.timeLimit() : now.timeLimit();
        if (time != null && !Objects.equals(now.timeLimit(), before.timeLimit())) {
            guard.timeLimit(time);
        }
    }

    /** Half of the limit: a dependency that hangs must leave room for those who do not need it. */
    private void follow(DependencyGuard guard, int all) {
        int half = Math.min(MOST_CONCURRENCY, Math.max(LEAST_CONCURRENCY, all / 2));
        if (all >= 0 && !guard.hasOwnConcurrency() && half != guard.concurrency()) {
            synchronized (limiting) {
                if (limits.getOrDefault(guard.name(), GuardLimits.NONE).concurrency() == null) {
                    guard.concurrency(half);
                }
            }
        }
    }

    /** One that was open when its last call came, long ago, may be well by now. */
    private static boolean isBlocked(DependencyGuard guard) {
        return guard.state() == GuardState.HALF_OPEN || !guard.isUsable();
    }

    private static double share(DependencyGuard guard) {
        return guard instanceof DefaultDependencyGuard known && !Double.isNaN(known.share()) ? known.share() : 0;
    }

    /** Builds guards. Not thread-safe. */
    public static final class Builder {
        private final Heartbeat heartbeat;
        private IntSupplier limit = () -> -1;
        private IntSupplier inFlight = () -> -1;
        private @Nullable DependencyChecks checks;
        private Consumer<? super DependencyGuard.Builder> defaults = builder -> {};
        private @Nullable GuardListener listener;

        private Builder(Heartbeat heartbeat) {
            this.heartbeat = heartbeat;
        }

        /**
         * Sets where the number of requests comes from that the service may run, of which a guard that is not told otherwise
         * gets half, at least four; negative while there is none. Default: there is none.
         */
        @CanIgnoreReturnValue
        public Builder limit(IntSupplier limit) {
            this.limit = limit;
            return this;
        }

        /** Sets where the number of requests that run comes from. Default: nobody tells it. */
        @CanIgnoreReturnValue
        public Builder inFlight(IntSupplier inFlight) {
            this.inFlight = inFlight;
            return this;
        }

        /** Sets where the checks of guards go that readiness shall follow. Default: nowhere. */
        @CanIgnoreReturnValue
        public Builder readiness(DependencyChecks checks) {
            this.checks = checks;
            return this;
        }

        /** Sets what is set for all guards, before what is set for each. */
        @CanIgnoreReturnValue
        public Builder defaults(Consumer<? super DependencyGuard.Builder> defaults) {
            this.defaults = defaults;
            return this;
        }

        /** Sets who is told of refused calls and of breakers that change, of all guards. Default: nobody, which costs nothing. */
        @CanIgnoreReturnValue
        public Builder listener(GuardListener listener) {
            this.listener = listener;
            return this;
        }

        /** Guards, without any yet. */
        public DependencyGuards build() {
            return new DependencyGuards(this);
        }
    }
}
