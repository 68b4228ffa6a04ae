/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.guard;

import static io.loadline.internal.Checks.checkArgument;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.loadline.limit.Enforcement;
import io.loadline.limit.Route;
import io.loadline.time.Ticker;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Limits how often each client may ask. Thread-safe; the counts are of this process alone.
 *
 * <pre>{@code
 * Quota quota = Quota.builder("api")
 *         .limit(100, Duration.ofSeconds(1))
 *         .clientClass("gold", 1_000, Duration.ofSeconds(1))
 *         .classOf(key -> plans.of(key))
 *         .build();
 * QuotaDecision decision = quota.tryAcquire(apiKey);
 * if (!decision.admitted()) {
 *     answer(decision.rejection());
 * }
 * }</pre>
 *
 * <p><b>Many clients.</b> At most {@code maxClients} have a quota of their own at a time; who has asked for nothing during
 * its period, and for a minute, is forgotten. Who comes while all places are taken is a newcomer: all newcomers together
 * share one quota, until there is room again or one of them has kept coming for a whole period, which then competes for a
 * place with those that ask least. So within a period at most {@code maxClients} quotas, a quarter as many again for those
 * that take over a place, and that of the newcomers are used, whatever the number of keys; and who asks often keeps its
 * place. Choose {@code maxClients} by how many clients come within a minute, or a period if that is longer.
 *
 * <p><b>Routes.</b> A route, or a group of them, may have a limit of its own for each client, beside the limit of the client.
 * A request of it needs a permit of both, or takes none: what the route refuses costs the client nothing elsewhere. All routes
 * together have as many places for clients as there are clients, so these limits at most double the memory.
 *
 * <p><b>Memory.</b> A client takes about 600 bytes with a key of 40 characters, and 800 with the longest; a newcomer takes
 * less than half of that. So the default of 20,000 clients is 18 MB at most, whatever the number of keys. Keys of more than
 * 128 characters are kept as their SHA-256 digest.
 *
 * <p>The engine is the rate limiter of Resilience4j. To admit makes one object, of the engine; all refusals of a period but
 * the first go past it.
 */
public final class Quota {
    /*
     * A decision reads the plan once, and all it does is by that plan. A client whose terms are not those of the plan gets
     * them at its next request, before that is decided; so a change costs nothing however many clients there are. While it
     * happens, two requests of a client may be decided by two plans: each by one of them as a whole.
     */
    private static final Logger LOG = LoggerFactory.getLogger(Quota.class);

    private final String name;
    private final @Nullable Function<? super String, ? extends @Nullable String> classOf;
    private final QuotaClock clock;
    private final QuotaClients clients;

    /** Those of routes with limits of their own. */
    private final QuotaClients clientsOfRoutes;

    /** The group that a route is in, by the route's name. */
    private final Map<String, String> groups;

    private final Seldom keyFailures;
    private final Seldom crowds;

    /** Written under the lock by whoever changes the settings, read once by each decision; never stale for long. */
    private volatile QuotaPlan plan;

    private final LongAdder allowed = new LongAdder();
    private final LongAdder shadowed = new LongAdder();
    private final LongAdder refused = new LongAdder();
    private final LongAdder crowded = new LongAdder();
    private final LongAdder missingKeys = new LongAdder();

    private Quota(Builder builder) {
        this.name = builder.name;
        this.classOf = builder.classOf;
        this.clock = new QuotaClock(builder.ticker);
        this.plan = new QuotaPlan(builder.settings, clock);
        this.clients = new QuotaClients(clock, plan);
        this.clientsOfRoutes = new QuotaClients(clock, plan);
        this.groups = Map.copyOf(builder.groups);
        checkRoutes(builder.settings);
        this.keyFailures = new Seldom(builder.ticker);
        this.crowds = new Seldom(builder.ticker);
    }

    /**
     * A builder for the quota named {@code name}, which meters and logs tell.
     *
     * @throws IllegalArgumentException if it is blank
     */
    public static Builder builder(String name) {
        return new Builder(name);
    }

    /** The name given to the builder. */
    public String name() {
        return name;
    }

    /** What it decides by now. */
    public QuotaSettings settings() {
        return plan.settings;
    }

    /**
     * Decides by {@code changed} from now on, for clients it knows too; what they have used stays used.
     *
     * @throws IllegalArgumentException if a route has a limit that is in a group
     */
    public void settings(QuotaSettings changed) {
        change(before -> changed);
    }

    /**
     * The same, for a change of what the settings are then: {@code quota.change(now -> now.limit(50, second))}.
     *
     * @throws IllegalArgumentException as there
     */
    public synchronized void change(UnaryOperator<QuotaSettings> change) {
        clock.tick();
        QuotaSettings changed = change.apply(plan.settings);
        checkRoutes(changed);
        QuotaPlan next = new QuotaPlan(changed, clock, plan);
        plan = next;
        clients.follow(next);
        clientsOfRoutes.follow(next);
    }

    private void checkRoutes(QuotaSettings wanted) {
        for (String name : wanted.routes().keySet()) {
            String group = groups.getOrDefault(name, name);
            checkArgument(
                    group.equals(name), "route '%s' is in group '%s' and can have no limit of its own", name, group);
        }
    }

    /** Takes a permit of the client {@code key}; of {@link MissingKeys} if it is null or blank. */
    public QuotaDecision tryAcquire(@Nullable String key) {
        return tryAcquire(key, 1);
    }

    /**
     * Takes {@code permits} at once, or none. More than the limit count as the limit.
     *
     * @throws IllegalArgumentException if there are less than 1
     */
    public QuotaDecision tryAcquire(@Nullable String key, int permits) {
        return tryAcquireOn(null, key, permits);
    }

    /**
     * The same of a request of {@code route}, whose own limit for each client, if it has one, must admit it, too.
     *
     * @param route null if it is none of those told apart
     * @throws IllegalArgumentException if there are less than 1
     */
    public QuotaDecision tryAcquireOn(@Nullable Route route, @Nullable String key, int permits) {
        checkPermits(permits);
        QuotaPlan now = plan;
        if (now.settings.enforcement() == Enforcement.OFF) {
            return QuotaDecision.ADMITTED;
        }
        clock.tick();
        QuotaRoute of = route(now, route);
        if (key == null || Keys.isBlank(key)) {
            return decideMissing(now, of, permits);
        }
        return decide(now, key, classOf == null ? null : classify(key), of, permits);
    }

    /**
     * {@link #tryAcquire(String, int)} for a client of {@code clientClass}, whatever {@link Builder#classOf} says. A class that
     * there is not counts as none.
     *
     * @throws IllegalArgumentException if there are less than 1
     */
    public QuotaDecision tryAcquire(@Nullable String key, @Nullable String clientClass, int permits) {
        checkPermits(permits);
        QuotaPlan now = plan;
        if (now.settings.enforcement() == Enforcement.OFF) {
            return QuotaDecision.ADMITTED;
        }
        clock.tick();
        if (key == null || Keys.isBlank(key)) {
            return decideMissing(now, null, permits);
        }
        return decide(now, key, clientClass, null, permits);
    }

    /** Takes a permit of the client that {@code keyOf} tells; where it throws, whatever that is, the key is missing. */
    public QuotaDecision tryAcquire(ClientRequest request, ClientKey keyOf) {
        return tryAcquire(request, keyOf, null);
    }

    /** The same for a request of {@code route}, whose own limit, if there is one, must admit it, too. */
    public QuotaDecision tryAcquire(ClientRequest request, ClientKey keyOf, @Nullable Route route) {
        String key = null;
        if (plan.settings.enforcement() != Enforcement.OFF) {
            try {
                key = keyOf.of(request);
            } catch (Throwable e) {
                warnOfKeys("the key of a client could not be found out", e);
            }
        }
        return tryAcquireOn(route, key, 1);
    }

    private @Nullable QuotaRoute route(QuotaPlan now, @Nullable Route route) {
        if (route == null || !now.hasRoutes()) {
            return null;
        }
        return now.route(groups.getOrDefault(route.name(), route.name()));
    }

    /** What was counted so far, and who is known. */
    public QuotaStats stats() {
        return new QuotaStats(
                allowed.sum(),
                shadowed.sum(),
                refused.sum(),
                crowded.sum(),
                missingKeys.sum(),
                clients.evicted() + clientsOfRoutes.evicted(),
                clients.placed(),
                clients.newcomers(),
                plan.refusals());
    }

    /** Forgets at once whom it would forget as others come; for those who look at {@link #stats()} of a quota at rest. */
    void tidy() {
        clock.tick();
        clients.tidy();
        clientsOfRoutes.tidy();
    }

    private QuotaDecision decide(
            QuotaPlan now, String key, @Nullable String clientClass, @Nullable QuotaRoute route, int permits) {
        String client = Keys.bounded(key);
        Allowance general = clients.of(client, now, now.terms(clientClass), now.newcomers);
        if (route == null) {
            return decide(now, general, now.newcomers, permits);
        }
        Allowance ofRoute = clientsOfRoutes.of(route.key(client), now, route.terms, route.newcomers);
        return decide(now, route, ofRoute, general, now.newcomers, permits);
    }

    /**
     * Of both or of none: nothing can be given back, so what the client has is looked at before. Who asks twice at the same
     * moment may lose a permit of the route for nothing.
     */
    private QuotaDecision decide(
            QuotaPlan now, QuotaRoute route, Allowance ofRoute, Allowance general, Allowance newcomers, int permits) {
        if (!general.has(permits)) {
            return refuse(now, general, newcomers);
        }
        if (ofRoute.tryTake(permits)) {
            return decide(now, general, newcomers, permits);
        }
        QuotaDecision decision = refuse(now, ofRoute, route.newcomers);
        (decision.admitted() ? route.shadowed : route.refused).increment();
        return decision;
    }

    private QuotaDecision decide(QuotaPlan now, Allowance allowance, Allowance newcomers, int permits) {
        if (allowance.tryTake(permits)) {
            allowed.increment();
            return QuotaDecision.ADMITTED;
        }
        return refuse(now, allowance, newcomers);
    }

    private QuotaDecision decideMissing(QuotaPlan now, @Nullable QuotaRoute route, int permits) {
        missingKeys.increment();
        return switch (now.settings.missingKeys()) {
            case SHARE ->
                route == null
                        ? decide(now, now.unknown, now.newcomers, permits)
                        : decide(now, route, route.unknown, now.unknown, now.newcomers, permits);
            case ADMIT -> {
                allowed.increment();
                yield QuotaDecision.ADMITTED;
            }
            case REFUSE -> refuse(now, false, now.general.periodNanos);
        };
    }

    private QuotaDecision refuse(QuotaPlan now, Allowance allowance, Allowance newcomers) {
        boolean crowd = allowance == newcomers;
        if (crowd && crowds.isDue()) {
            warnOfCrowd(now, newcomers);
        }
        return refuse(now, crowd, allowance.waitNanos());
    }

    private QuotaDecision refuse(QuotaPlan now, boolean crowd, long waitNanos) {
        if (now.settings.enforcement() == Enforcement.SHADOW) {
            shadowed.increment();
            return QuotaDecision.SHADOWED;
        }
        (crowd ? crowded : refused).increment();
        return QuotaDecision.refused(waitNanos);
    }

    private @Nullable String classify(String key) {
        try {
            return classOf == null ? null : classOf.apply(key);
        } catch (Throwable e) {
            warnOfKeys("the class of a client could not be found out, so it counts as one of none", e);
            return null;
        }
    }

    private void warnOfKeys(String what, Throwable failure) {
        try {
            if (keyFailures.isDue()) {
                LOG.warn("Quota {}: {}; this is logged once a minute", name, what, failure);
            }
        } catch (Throwable unlogged) {
            // Without memory not even this can be told; the request goes on without a key.
        }
    }

    private void warnOfCrowd(QuotaPlan now, Allowance newcomers) {
        LOG.warn(
                "Quota {}: there are more than {} clients, and newcomers, who share {}, had to be refused; if they are no"
                        + " attack, raise maxClients; this is logged once a minute",
                name,
                now.settings.maxClients(),
                newcomers.terms.limit);
    }

    private static void checkPermits(int permits) {
        checkArgument(permits >= 1, "permits must be at least 1: %s", permits);
    }

    /** Builds quotas. Not thread-safe; may be reused, later changes do not reach quotas already built. */
    public static final class Builder {
        private final String name;
        private QuotaSettings settings = QuotaSettings.of(new QuotaLimit(1, Duration.ofSeconds(1)));
        private boolean limited;
        private @Nullable Function<? super String, ? extends @Nullable String> classOf;
        private final Map<String, String> groups = new HashMap<>();
        private Ticker ticker = Ticker.system();

        private Builder(String name) {
            checkArgument(!name.isBlank(), "name must not be blank: '%s'", name);
            this.name = name;
        }

        /**
         * Sets what each client gets that belongs to no class. There is no default.
         *
         * @throws IllegalArgumentException if a value is outside the ranges of {@link QuotaLimit}
         */
        @CanIgnoreReturnValue
        public Builder limit(int permits, Duration per) {
            this.settings = settings.limit(permits, per);
            this.limited = true;
            return this;
        }

        /**
         * Sets what each client of class {@code name} gets. Default: no classes.
         *
         * @throws IllegalArgumentException if the name is blank or a value outside the ranges of {@link QuotaLimit}
         */
        @CanIgnoreReturnValue
        public Builder clientClass(String name, int permits, Duration per) {
            this.settings = settings.clientClass(name, permits, per);
            return this;
        }

        /**
         * Sets what tells the class of a client from its key: it is asked at each request, so it must be quick. Where it
         * throws, returns null or a class that there is not, the client belongs to none. Default: all belong to none.
         */
        @CanIgnoreReturnValue
        public Builder classOf(Function<? super String, ? extends @Nullable String> classOf) {
            this.classOf = classOf;
            return this;
        }

        /**
         * Sets what each client gets of a route, beside its limit for all of them; or of a group of routes, if any are named.
         * Newcomers share ten times of it, requests without a key what one client gets. Default: no limits of routes.
         *
         * @param name the route's, as the limiter knows it, or the group's
         * @param routes the names of the routes in the group; none for the route of that name
         * @throws IllegalArgumentException if a name is blank, a route is in another group or a value outside the ranges of
         *     {@link QuotaLimit}
         */
        @CanIgnoreReturnValue
        public Builder route(String name, int permits, Duration per, String... routes) {
            this.settings = settings.route(name, permits, per);
            for (String each : routes) {
                checkArgument(!each.isBlank(), "the name of a route must not be blank: '%s'", each);
                String other = groups.putIfAbsent(each, name);
                checkArgument(other == null || other.equals(name), "route '%s' is in another group: '%s'", each, other);
            }
            return this;
        }

        /**
         * Sets what all newcomers get together while there are more clients than places. Default: ten times the limit.
         *
         * @throws IllegalArgumentException if a value is outside the ranges of {@link QuotaLimit}
         */
        @CanIgnoreReturnValue
        public Builder newcomers(int permits, Duration per) {
            this.settings = settings.newcomers(permits, per);
            return this;
        }

        /**
         * Sets what all requests without a key get together. Default: the limit.
         *
         * @throws IllegalArgumentException if a value is outside the ranges of {@link QuotaLimit}
         */
        @CanIgnoreReturnValue
        public Builder unknown(int permits, Duration per) {
            this.settings = settings.unknown(permits, per);
            return this;
        }

        /**
         * Sets how many clients have a quota of their own at a time. Default:
         * {@value QuotaSettings#DEFAULT_MAX_CLIENTS}.
         *
         * @throws IllegalArgumentException unless it is between 1 and 10,000,000
         */
        @CanIgnoreReturnValue
        public Builder maxClients(int clients) {
            this.settings = settings.maxClients(clients);
            return this;
        }

        /** Sets what becomes of requests without a key. Default: {@link MissingKeys#SHARE}. */
        @CanIgnoreReturnValue
        public Builder missingKeys(MissingKeys policy) {
            this.settings = settings.missingKeys(policy);
            return this;
        }

        /** Sets what becomes of requests beyond the quota. Default: {@link Enforcement#ENFORCE}. */
        @CanIgnoreReturnValue
        public Builder enforcement(Enforcement mode) {
            this.settings = settings.enforcement(mode);
            return this;
        }

        /** Sets where it reads elapsed time. Default: {@link Ticker#system()}. */
        @CanIgnoreReturnValue
        public Builder ticker(Ticker ticker) {
            this.ticker = ticker;
            return this;
        }

        /**
         * The quota.
         *
         * @throws IllegalStateException if it has no limit
         * @throws IllegalArgumentException if a route has a limit that is in a group
         */
        public Quota build() {
            if (!limited) {
                throw new IllegalStateException("quota " + name + " has no limit: call limit(permits, per)");
            }
            return new Quota(this);
        }
    }
}
