/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.guard;

import static io.loadline.internal.Checks.checkArgument;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.loadline.guard.DegradationChange.Cause;
import io.loadline.time.Heartbeat;
import io.loadline.time.Registration;
import io.loadline.time.Ticker;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.DoubleSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Optional features that are given up one after the other as the load rises, and come back as it falls. Thread-safe; to
 * ask whether one is on takes no lock and allocates nothing.
 *
 * <p>What the code asks for is named when this is built: an unknown name is a mistake in a program and refused at the
 * first use, with the names that there are.
 */
public final class Degradation implements AutoCloseable {
    /*
     * The load decides on a level, see Ladder; a feature is on while its level has not been reached, unless somebody has
     * decided otherwise. All that is decided under the lock, at beats and when somebody decides; what everybody asks is a
     * flag of each feature. Nothing of anybody else's runs under the lock: the load is read before it, listeners and the
     * log are told by a thread of their own.
     *
     * A service that leaves has no valid load, so its features stay as they are.
     */
    private static final Logger LOG = LoggerFactory.getLogger(Degradation.class);

    private final DoubleSupplier load;
    private final Heartbeat heartbeat;
    private final InstantSource clock;
    private final AsideListeners<Listener, DegradationChange> listeners;
    private final DegradationEvents events = DegradationEvents.create();
    private final Map<String, State> states;
    private final Registration beats;
    private final Object lock = new Object();

    @GuardedBy("lock")
    private final Ladder ladder;

    /** What the last beat read. */
    @GuardedBy("lock")
    private double lastLoad = Double.NaN;

    /** Replaced under the lock, read by everybody; never stale. */
    private volatile DegradationSettings settings;

    /** The same: the features that are on. */
    private volatile Set<String> on;

    /** Confined to the beat. */
    private boolean loadFailed;

    private Degradation(Builder builder) {
        this.load = builder.load;
        this.heartbeat = builder.heartbeat;
        this.clock = builder.clock;
        this.settings = builder.settings;
        this.listeners = new AsideListeners<>(Listener::onChange, builder.executor);
        Registration unusedLog = listeners.add(Degradation::log);
        Map<String, State> made = new LinkedHashMap<>();
        settings.features().keySet().forEach(name -> made.put(name, new State(name, clock)));
        this.states = made;
        this.on = Collections.unmodifiableSet(new LinkedHashSet<>(made.keySet()));
        this.ladder = new Ladder(heartbeat.ticker().read());
        synchronized (lock) {
            arrange(settings, 0);
        }
        this.beats = states.isEmpty() ? () -> {} : heartbeat.listen(beat -> onBeat(beat.nowNanos()));
    }

    /**
     * A builder for features that follow {@code load}: demand over capacity, above 1 in an overload, NaN while it is not
     * known. It is read at each beat, and one that throws counts as not known.
     */
    public static Builder builder(Heartbeat heartbeat, DoubleSupplier load) {
        return new Builder(heartbeat, load);
    }

    /**
     * Whether the feature is on; the answers that it is not are counted.
     *
     * @throws IllegalArgumentException if there is no feature of that name
     */
    public boolean allows(String feature) {
        return feature(feature).allowed();
    }

    /**
     * The features that are on, of one moment: who asks for several of one of these sees one whole decision. Immutable;
     * answers of it are not counted.
     */
    public Set<String> featuresOn() {
        return on;
    }

    /**
     * The feature itself, for those who ask often.
     *
     * @throws IllegalArgumentException if there is no feature of that name
     */
    public OptionalFeature feature(String name) {
        return state(name).feature;
    }

    /**
     * Runs {@code action} if the feature is on and {@code fallback} if it is off; see {@link OptionalFeature#call}.
     *
     * @throws IllegalArgumentException if there is no feature of that name
     * @throws Exception what the one that ran throws
     */
    public <T extends @Nullable Object> T call(
            String feature, Callable<? extends T> action, Callable<? extends T> fallback) throws Exception {
        return feature(feature).<T>call(action, fallback);
    }

    /**
     * {@link #call} for stages; see {@link OptionalFeature#callAsync}.
     *
     * @throws IllegalArgumentException if there is no feature of that name
     */
    public <T extends @Nullable Object> CompletionStage<T> callAsync(
            String feature,
            Supplier<? extends CompletionStage<T>> action,
            Supplier<? extends CompletionStage<T>> fallback) {
        return feature(feature).callAsync(action, fallback);
    }

    /**
     * Decides that the feature is on or off, whatever the load, until that is released, replaced or over.
     *
     * @throws IllegalArgumentException if there is no feature of that name
     */
    public void force(String feature, FeatureOverride override) {
        State state = state(feature);
        synchronized (lock) {
            state.decide(override, heartbeat.ticker(), clock);
            refresh(Cause.FORCED, state, text(override));
        }
        listeners.deliver();
    }

    /**
     * Leaves the feature to the load again; does nothing if it is.
     *
     * @param by who decided that
     * @throws IllegalArgumentException if there is no feature of that name, or {@code by} is blank, long or has control
     *     characters
     */
    public void release(String feature, String by) {
        State state = state(feature);
        FeatureOverride.check("by", by);
        synchronized (lock) {
            if (state.override != null) {
                state.decide(null, heartbeat.ticker(), clock);
                refresh(Cause.RELEASED, state, "by " + by);
            }
        }
        listeners.deliver();
    }

    /** The present thresholds and times. */
    public DegradationSettings settings() {
        return settings;
    }

    /**
     * Changes all thresholds and times at once. What is off stays off as far as the new order allows it: a level is off
     * if all of its features were, and all levels before it are.
     *
     * @throws IllegalArgumentException if it has other features than those there are, since code asks for these
     */
    public void settings(DegradationSettings changed) {
        settings(changed, Map.of());
    }

    /**
     * The same, with decisions for some features, all of it in one step.
     *
     * @param decided what somebody has decided, by feature, see {@link #force}; empty leaves it to the load, see {@link
     *     #release}
     * @throws IllegalArgumentException as there, or if there is no feature of a name
     */
    public void settings(DegradationSettings changed, Map<String, Optional<FeatureOverride>> decided) {
        checkArgument(
                changed.features().keySet().equals(states.keySet()),
                "features must be those there are, %s: %s",
                states.keySet(),
                changed.features().keySet());
        for (String name : decided.keySet()) {
            State unused = state(name);
        }
        synchronized (lock) {
            if (!changed.equals(settings)) {
                int startLevel = levelsOff(changed);
                settings = changed;
                arrange(changed, startLevel);
            }
            decided.forEach((name, override) -> state(name).decide(override.orElse(null), heartbeat.ticker(), clock));
            states.forEach((name, each) -> {
                Optional<FeatureOverride> override = decided.get(name);
                if (override == null) {
                    refresh(each, Cause.SETTINGS, false, "");
                } else if (override.isEmpty()) {
                    refresh(each, Cause.RELEASED, true, "by settings");
                } else {
                    refresh(each, Cause.FORCED, true, text(override.get()));
                }
            });
            publish();
        }
        listeners.deliver();
    }

    /** The features as they are now. */
    public DegradationStatus status() {
        synchronized (lock) {
            return new DegradationStatus(
                    ladder.level(),
                    settings.levels().size(),
                    states.values().stream().map(State::status).toList());
        }
    }

    /** Adds a listener that is told of each change after it, by a thread of its own. */
    @CanIgnoreReturnValue
    public Registration listen(Listener listener) {
        return listeners.add(listener);
    }

    /** Follows the load no more: features stay as they are. */
    @Override
    public void close() {
        beats.close();
    }

    private void onBeat(long nowNanos) {
        double now = readLoad();
        synchronized (lock) {
            for (State each : states.values()) {
                if (each.until != null && nowNanos - each.endsNanos >= 0) {
                    each.decide(null, heartbeat.ticker(), clock);
                    refresh(Cause.EXPIRED, each, "");
                }
            }
            lastLoad = now;
            int before = ladder.level();
            int after = ladder.step(nowNanos, now);
            if (after > before) {
                refresh(Cause.LOAD_ROSE, null, "");
            } else if (after < before) {
                refresh(Double.isNaN(now) ? Cause.SILENCE : Cause.LOAD_FELL, null, "");
            }
        }
        listeners.deliver();
    }

    private double readLoad() {
        try {
            return load.getAsDouble();
        } catch (Throwable e) {
            // Errors too: whatever it throws, decisions of people must still come to their end.
            if (!loadFailed) {
                loadFailed = true;
                LOG.warn("Degradation: the load cannot be read and counts as unknown; this is logged once", e);
            }
            return Double.NaN;
        }
    }

    @GuardedBy("lock")
    private void arrange(DegradationSettings changed, int startLevel) {
        List<FeatureThresholds> levels = changed.levels();
        changed.features().forEach((name, thresholds) -> {
            State state = state(name);
            state.level = levels.indexOf(thresholds) + 1;
            state.thresholds = thresholds;
        });
        ladder.settings(changed, startLevel);
    }

    @GuardedBy("lock")
    private boolean isOffByLoad(State state) {
        return state.level > 0 && ladder.level() >= state.level;
    }

    /** How many of its levels, from the first, consist of features that are off now. */
    @GuardedBy("lock")
    private int levelsOff(DegradationSettings changed) {
        int count = 0;
        for (FeatureThresholds level : changed.levels()) {
            for (Map.Entry<String, FeatureThresholds> each : changed.features().entrySet()) {
                if (each.getValue().equals(level) && !isOffByLoad(state(each.getKey()))) {
                    return count;
                }
            }
            count++;
        }
        return count;
    }

    /** Sets the flags, and tells of those that changed and of {@code decided}. */
    @GuardedBy("lock")
    private void refresh(Cause cause, @Nullable State decided, String detail) {
        for (State each : states.values()) {
            refresh(each, cause, each == decided, detail);
        }
        publish();
    }

    @GuardedBy("lock")
    private void refresh(State each, Cause cause, boolean decided, String detail) {
        boolean allowed = each.override == null ? !isOffByLoad(each) : each.override.on();
        boolean changed = allowed != each.feature.isOn();
        if (changed || decided) {
            DegradationChange change = new DegradationChange(
                    clock.instant(), each.feature.name(), allowed, cause, lastLoad, ladder.level(), detail);
            each.since = changed ? change.at() : each.since;
            each.reason = reason(change, each.thresholds);
            each.feature.allow(allowed);
            events.changed(change);
            listeners.enqueue(change);
        }
    }

    @GuardedBy("lock")
    private void publish() {
        Set<String> now = new LinkedHashSet<>();
        states.values().stream()
                .map(each -> each.feature)
                .filter(OptionalFeature::isOn)
                .forEach(each -> now.add(each.name()));
        if (!now.equals(on)) {
            on = Collections.unmodifiableSet(now);
        }
    }

    private static String text(FeatureOverride override) {
        return "by " + override.by() + ": " + override.why();
    }

    private static String reason(DegradationChange change, FeatureThresholds thresholds) {
        return switch (change.cause()) {
            case LOAD_ROSE -> String.format(Locale.ROOT, "load %.2f above %.2f", change.load(), thresholds.offAbove());
            case LOAD_FELL -> String.format(Locale.ROOT, "load %.2f below %.2f", change.load(), thresholds.onBelow());
            case SILENCE -> "no load is known";
            case FORCED -> "forced " + change.detail();
            case RELEASED -> "released " + change.detail();
            case EXPIRED -> "a decision has expired";
            case SETTINGS -> "thresholds were changed";
        };
    }

    private State state(String name) {
        State state = states.get(name);
        if (state == null) {
            throw new IllegalArgumentException("unknown feature '" + name + "', there are " + states.keySet());
        }
        return state;
    }

    private static void log(DegradationChange change) {
        LOG.info(
                "Feature {} is {}: {} {}, load {}, level {}",
                change.feature(),
                change.allowed() ? "on" : "off",
                change.cause().tag(),
                change.detail(),
                String.format(Locale.ROOT, "%.2f", change.load()),
                change.level());
    }

    /** Is told what becomes of features. */
    @FunctionalInterface
    public interface Listener {
        /** Is called after the change; the next one is told when this returns. */
        void onChange(DegradationChange change);
    }

    /** What is known of one feature. Guarded by the lock. */
    private static final class State {
        private final OptionalFeature feature;
        private int level;
        private FeatureThresholds thresholds = FeatureThresholds.BY_HAND;
        private Instant since;
        private String reason = "nothing has happened";
        private @Nullable FeatureOverride override;
        private long endsNanos;
        private @Nullable Instant until;

        State(String name, InstantSource clock) {
            this.feature = new OptionalFeature(name);
            this.since = clock.instant();
        }

        void decide(@Nullable FeatureOverride decision, Ticker ticker, InstantSource clock) {
            Duration lasts = decision == null ? null : decision.lasts();
            override = decision;
            endsNanos = ticker.read() + (lasts == null ? 0 : lasts.toNanos());
            until = lasts == null ? null : clock.instant().plus(lasts);
        }

        DegradationStatus.Feature status() {
            return new DegradationStatus.Feature(
                    feature.name(), level, feature.isOn(), since, reason, feature.withheld(), override, until);
        }
    }

    /** Builds degradations. Not thread-safe. */
    public static final class Builder {
        private final Heartbeat heartbeat;
        private final DoubleSupplier load;
        private DegradationSettings settings = DegradationSettings.NONE;
        private InstantSource clock = InstantSource.system();

        /** For tests, which have an order of their own. */
        Executor executor = AsideListeners.threads("loadline-degradation");

        private Builder(Heartbeat heartbeat, DoubleSupplier load) {
            this.heartbeat = heartbeat;
            this.load = load;
        }

        /** Adds a feature that goes off and comes back by hand only. See {@link #feature(String, FeatureThresholds)}. */
        @CanIgnoreReturnValue
        public Builder feature(String name) {
            return feature(name, FeatureThresholds.BY_HAND);
        }

        /**
         * Adds a feature that goes off above this load and comes back below three quarters of it. See {@link
         * #feature(String, FeatureThresholds)}.
         */
        @CanIgnoreReturnValue
        public Builder feature(String name, double offAbove) {
            return feature(name, FeatureThresholds.offAbove(offAbove));
        }

        /** Adds a feature. See {@link #feature(String, FeatureThresholds)}. */
        @CanIgnoreReturnValue
        public Builder feature(String name, double offAbove, double onBelow) {
            return feature(name, new FeatureThresholds(offAbove, onBelow));
        }

        /**
         * Adds a feature. Features of equal thresholds go off and come back together; between the two loads there should
         * be more than what the feature takes, or its return brings the load back that it went for.
         *
         * @throws IllegalArgumentException if there is one of that name, the name is blank, thresholds contradict those
         *     of another or there are 100 features
         */
        @CanIgnoreReturnValue
        public Builder feature(String name, FeatureThresholds thresholds) {
            checkArgument(
                    !settings.features().containsKey(name), "there is a feature of this name already: '%s'", name);
            settings = settings.feature(name, thresholds);
            return this;
        }

        /**
         * Sets the least time between two levels that go off. Default: 5 s.
         *
         * @throws IllegalArgumentException if it is negative or above one hour
         */
        @CanIgnoreReturnValue
        public Builder settle(Duration settle) {
            settings = new DegradationSettings(
                    settings.features(), settle, settings.offAtLeast(), settings.calm(), settings.silence());
            return this;
        }

        /**
         * Sets for how long a feature stays off at least. Default: 30 s.
         *
         * @throws IllegalArgumentException if it is negative or above one hour
         */
        @CanIgnoreReturnValue
        public Builder offAtLeast(Duration offAtLeast) {
            settings = new DegradationSettings(
                    settings.features(), settings.settle(), offAtLeast, settings.calm(), settings.silence());
            return this;
        }

        /**
         * Sets for how long the load must have been low before a level comes back, for each anew. Default: 15 s.
         *
         * @throws IllegalArgumentException if it is negative or above one hour
         */
        @CanIgnoreReturnValue
        public Builder calm(Duration calm) {
            settings = new DegradationSettings(
                    settings.features(), settings.settle(), settings.offAtLeast(), calm, settings.silence());
            return this;
        }

        /**
         * Sets after how long without a valid load levels come back all the same. Until then all stays as it is.
         * Default: 2 min.
         *
         * @throws IllegalArgumentException if it is negative or above one hour
         */
        @CanIgnoreReturnValue
        public Builder silence(Duration silence) {
            settings = new DegradationSettings(
                    settings.features(), settings.settle(), settings.offAtLeast(), settings.calm(), silence);
            return this;
        }

        /** Sets what stamps changes. Default: the system's clock. */
        @CanIgnoreReturnValue
        public Builder clock(InstantSource clock) {
            this.clock = clock;
            return this;
        }

        /** Features that are all on, and follow the load from the next beat on. */
        public Degradation build() {
            return new Degradation(this);
        }
    }
}
