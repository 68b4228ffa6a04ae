/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.config;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.loadline.config.SettingsChange.Difference;
import io.loadline.config.SettingsChange.Result;
import io.loadline.time.Heartbeat;
import io.loadline.time.Registration;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * What can change while the service runs, and changes it: from the environment, a directory that is watched, and whoever
 * may. Thread-safe.
 *
 * <p>A change is checked as a whole, with all that other sources say, and applied as a whole or not at all. The source
 * with precedence wins, see {@link SettingSource}. What code changes directly, as by
 * {@code ConcurrencyLimiter.enforcement}, is not seen here and holds until that very setting is changed next.
 */
public final class LiveSettings implements AutoCloseable {
    /*
     * One change at a time, under the lock: resolve all sources, check, apply part by part, publish. The parts are applied
     * before the settings are published, so whoever sees a version sees one that holds. If a part throws, those that have
     * been applied are applied the other way round, the last first, and nothing is published.
     *
     * Whole settings: a reader of LoadlineSettings has one version, by one volatile read. What is applied to a part is
     * seen by calls as that part says: a limiter's enforcement, limit and routes change in an order by which nobody is
     * refused who would not be by the old or by the new ones (ConcurrencyLimiter.settings), the cap and share of one route
     * are one word, the times of a drain are one reference. Between parts, which have nothing to do with each other, a call
     * may see one before the other.
     *
     * To roll back is to change: what lower sources do not say by themselves is pinned at run time. So it is in the history,
     * can be rolled back, and a later change of a file does not undo it by accident.
     */
    private final InstantSource clock;
    private final Map<String, String> environment;
    private final @Nullable MountWatcher mount;
    private final @Nullable SettingsAuthorization writers;
    private final SettingsHistory history;
    private final List<Mailbox> listeners = new CopyOnWriteArrayList<>();
    private final ReentrantLock lock = new ReentrantLock();

    /** Written under the lock when all of it has been applied; read by anybody. */
    private volatile LoadlineSettings current;

    @GuardedBy("lock")
    private final Resolver resolver = new Resolver();

    @GuardedBy("lock")
    private final SettingsParts parts = new SettingsParts();

    @GuardedBy("lock")
    private EnumMap<SettingSource, Map<String, String>> layers = new EnumMap<>(SettingSource.class);

    @GuardedBy("lock")
    private boolean started;

    private LiveSettings(Builder builder) {
        this.clock = builder.clock;
        this.environment = Map.copyOf(builder.environment);
        this.writers = builder.writers;
        this.history = new SettingsHistory(builder.heartbeat.ticker());
        this.current = new LoadlineSettings(1, clock.instant(), Map.of());
        history.begin(current);
        addAll(builder.parts);
        Path directory = builder.directory;
        this.mount = directory == null ? null : new MountWatcher(directory, builder.heartbeat, this::mounted);
    }

    /** A builder for settings that look for changes at the beats of {@code heartbeat}. */
    public static Builder builder(Heartbeat heartbeat) {
        return new Builder(heartbeat);
    }

    /** What holds now. Whoever needs several values reads them from one of these. */
    public LoadlineSettings current() {
        return current;
    }

    /**
     * Adds knobs, before this is started; what the environment says of them is applied at once.
     *
     * @throws IllegalArgumentException if there is a knob of that key, or the environment says what is not allowed
     * @throws IllegalStateException if this was started
     */
    public void add(SettingsPart part) {
        addAll(List.of(part));
    }

    private void addAll(List<SettingsPart> added) {
        lock.lock();
        try {
            if (started) {
                throw new IllegalStateException("settings are being looked for already: add knobs before the start");
            }
            for (SettingsPart part : added) {
                part.knobs().forEach(resolver::add);
                parts.add(part);
            }
            List<SettingProblem> none = new ArrayList<>();
            current = resolver.resolve(current.version(), current.at(), layers, none);
            history.begin(current);
            Map<String, String> known = resolver.environment(environment);
            if (!known.equals(layers.getOrDefault(SettingSource.ENVIRONMENT, Map.of()))) {
                LoadlineSettings unused = change(SettingSource.ENVIRONMENT, "environment", known, none);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Reads the directory that is watched, if there is one, and goes on looking at it. Never throws for what is there. */
    public void start() {
        lock.lock();
        try {
            started = true;
        } finally {
            lock.unlock();
        }
        if (mount != null) {
            mount.start();
        }
    }

    /**
     * Changes settings for as long as the process lives, or until {@link #rollback} or another change. A blank text takes
     * back what was changed so: what other sources say holds again. Returns what holds then.
     *
     * @param texts what is to be said, by key
     * @param who who wants it and why, for people
     * @throws InvalidSettingsException if any of it is not allowed, or not together with the rest
     * @throws IllegalStateException if a part of the service could not apply it, or a part changes settings while it applies some
     */
    @CanIgnoreReturnValue
    public LoadlineSettings change(Map<String, String> texts, String who) {
        return change(texts, who, new ArrayList<>());
    }

    /**
     * {@link #change(Map, String)} for what is written as in a file of properties.
     *
     * @throws IllegalArgumentException if it is not in that format, or as there
     * @throws IllegalStateException as there
     */
    @CanIgnoreReturnValue
    public LoadlineSettings change(String properties, String who) {
        List<SettingProblem> problems = new ArrayList<>();
        return change(PropertiesText.read(properties, problems), who, problems);
    }

    private LoadlineSettings change(Map<String, String> texts, String who, List<SettingProblem> problems) {
        checkNotApplying();
        lock.lock();
        try {
            Map<String, String> layer = new TreeMap<>(layers.getOrDefault(SettingSource.RUNTIME, Map.of()));
            resolver.read(texts, problems).forEach((key, text) -> {
                if (text.isBlank()) {
                    layer.remove(key);
                } else {
                    layer.put(key, text);
                }
            });
            return change(SettingSource.RUNTIME, who, resolver.read(layer, problems), problems);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Makes the values of an earlier version hold again, whatever other sources say by now. Returns what holds then, which
     * is a version of its own.
     *
     * @param version one of those in {@link #history()}
     * @param who who wants it and why, for people
     * @throws IllegalArgumentException if that version is not kept, or its values are not allowed any more
     * @throws IllegalStateException as {@link #change(Map, String)}
     */
    @CanIgnoreReturnValue
    public LoadlineSettings rollback(long version, String who) {
        checkNotApplying();
        lock.lock();
        try {
            LoadlineSettings then = history.version(version);
            if (then == null) {
                throw new IllegalArgumentException(
                        "version " + version + " is not kept; these are: " + history.versions());
            }
            EnumMap<SettingSource, Map<String, String>> lower = new EnumMap<>(layers);
            lower.remove(SettingSource.RUNTIME);
            List<SettingProblem> problems = new ArrayList<>();
            LoadlineSettings without = resolver.resolve(version, clock.instant(), lower, problems);
            return change(SettingSource.RUNTIME, who, resolver.pins(then, without), problems);
        } finally {
            lock.unlock();
        }
    }

    /** The last 20 changes that were applied and the last 20 that were not, latest first. */
    public List<SettingsChange> history() {
        return history.changes();
    }

    /** How many changes have had this result. */
    public long changes(Result result) {
        return history.count(result);
    }

    /**
     * Adds a listener that is told of each change and each refusal, until its registration is closed. It is called by a
     * thread of its own, and may block: it then misses all but the last 64 of those that come meanwhile, and nobody else
     * waits for it.
     */
    @CanIgnoreReturnValue
    public Registration listen(Listener listener) {
        Mailbox mailbox = new Mailbox(listener);
        listeners.add(mailbox);
        return () -> listeners.remove(mailbox);
    }

    /** Who may change settings from outside; null if nobody may. */
    public @Nullable SettingsAuthorization writers() {
        return writers;
    }

    /** What is known of the directory that is watched; null if none is. */
    public @Nullable MountStatus mount() {
        return mount == null ? null : mount.status();
    }

    /** Stops looking for changes; what holds goes on to hold. */
    @Override
    public void close() {
        if (mount != null) {
            mount.close();
        }
    }

    /** For tests, which look when they want to. */
    MountWatcher watcher() {
        return Objects.requireNonNull(mount);
    }

    /** What was found in the directory. */
    private void mounted(Mount.Content content) {
        lock.lock();
        try {
            List<SettingProblem> problems = new ArrayList<>(content.problems());
            Map<String, String> layer = resolver.read(content.texts(), problems);
            LoadlineSettings unused = change(SettingSource.MOUNTED, "files in " + content.directory(), layer, problems);
        } catch (IllegalArgumentException | IllegalStateException told) {
            // In log and history.
        } finally {
            lock.unlock();
        }
    }

    /** A part that changed settings while some are applied would see its own change overtaken by that. */
    private void checkNotApplying() {
        if (lock.isHeldByCurrentThread()) {
            throw new IllegalStateException("settings are being applied by this very thread: change them later");
        }
    }

    @GuardedBy("lock")
    private LoadlineSettings change(
            SettingSource source, String who, Map<String, String> layer, List<SettingProblem> problems) {
        EnumMap<SettingSource, Map<String, String>> wantedLayers = new EnumMap<>(layers);
        wantedLayers.put(source, layer);
        LoadlineSettings before = current;
        LoadlineSettings wanted = resolver.resolve(before.version() + 1, clock.instant(), wantedLayers, problems);
        List<Difference> differences = wanted.since(before);
        if (problems.isEmpty()) {
            parts.check(wanted, problems);
        }
        Change change = new Change(source, who, before, wanted, differences);
        if (!problems.isEmpty()) {
            tell(change.of(Result.REJECTED, problems));
            throw new InvalidSettingsException(problems);
        }
        if (!differences.isEmpty()) {
            apply(change);
            current = wanted;
        }
        layers = wantedLayers;
        if (!differences.isEmpty()) {
            history.keep(wanted);
            tell(change.of(Result.APPLIED, List.of()));
            if (mount != null && source != SettingSource.MOUNTED) {
                // What was refused together with what held before may be allowed now.
                mount.retry();
            }
        }
        return current;
    }

    @GuardedBy("lock")
    private void apply(Change change) {
        try {
            parts.apply(change.before, change.wanted, (part, failure) -> history.logStuck(part.knobs(), failure));
        } catch (SettingsParts.Failure e) {
            throw refusal(change, e.part, e.reason);
        }
    }

    @GuardedBy("lock")
    private RuntimeException refusal(Change change, SettingsPart part, Throwable failure) {
        List<Knob<?>> knobs = part.knobs();
        String keys = change.differences.stream()
                .map(Difference::key)
                .filter(key -> {
                    LoadlineSettings.Value value = change.wanted.byKey().get(key);
                    return value == null || knobs.contains(value.knob());
                })
                .limit(3)
                .reduce((one, other) -> one + ", " + other)
                .orElse("settings");
        if (failure instanceof IllegalArgumentException) {
            List<SettingProblem> problems = failure instanceof InvalidSettingsException told
                    ? told.problems()
                    : List.of(new SettingProblem(keys, null, String.valueOf(failure.getMessage())));
            tell(change.of(Result.REJECTED, problems));
            return new InvalidSettingsException(problems, failure);
        }
        SettingProblem problem = new SettingProblem(keys, null, "could not be applied: " + failure);
        tell(change.of(Result.FAILED, List.of(problem)));
        return new IllegalStateException(problem + "; all is as it was before", failure);
    }

    @GuardedBy("lock")
    private void tell(SettingsChange change) {
        history.add(change);
        listeners.forEach(listener -> listener.add(change));
    }

    /** Is told of changes and refusals, in their order, by one thread at a time. */
    @FunctionalInterface
    public interface Listener {
        /** Is called after {@code change} has been applied or refused. */
        void changed(SettingsChange change);
    }

    /** A change that is under way. */
    private record Change(
            SettingSource source,
            String who,
            LoadlineSettings before,
            LoadlineSettings wanted,
            List<Difference> differences) {
        SettingsChange of(Result result, List<SettingProblem> problems) {
            long version = result == Result.APPLIED ? wanted.version() : before.version();
            return new SettingsChange(version, wanted.at(), source, who, result, differences, problems);
        }
    }

    /** Builds live settings. Not thread-safe. */
    public static final class Builder {
        private final Heartbeat heartbeat;
        private InstantSource clock = InstantSource.system();
        private Map<String, String> environment = System.getenv();
        private @Nullable Path directory;
        private @Nullable SettingsAuthorization writers;
        private final List<SettingsPart> parts = new ArrayList<>();

        private Builder(Heartbeat heartbeat) {
            this.heartbeat = heartbeat;
        }

        /** Sets what stamps changes. Default: the system's clock. */
        @CanIgnoreReturnValue
        public Builder clock(InstantSource clock) {
            this.clock = clock;
            return this;
        }

        /** Sets the environment variables. Default: those of the process. */
        @CanIgnoreReturnValue
        public Builder environment(Map<String, String> variables) {
            this.environment = variables;
            return this;
        }

        /**
         * Sets the directory to watch, such as a mounted ConfigMap: each file named like a setting holds its value, and
         * {@code loadline.properties} any number of them. What else is there is not looked at. It may come later, and
         * while it is gone, what it said holds. Default: none.
         */
        @CanIgnoreReturnValue
        public Builder watch(Path directory) {
            this.directory = directory;
            return this;
        }

        /** Sets who may change settings from outside. Default: nobody. */
        @CanIgnoreReturnValue
        public Builder writable(SettingsAuthorization writers) {
            this.writers = writers;
            return this;
        }

        /**
         * Lets everybody change settings who knows what is in {@code tokenFile}, which is read anew each time.
         *
         * @see SettingsAuthorization#bearer(Path)
         */
        @CanIgnoreReturnValue
        public Builder writable(Path tokenFile) {
            return writable(SettingsAuthorization.bearer(tokenFile));
        }

        /** Adds knobs. */
        @CanIgnoreReturnValue
        public Builder part(SettingsPart part) {
            parts.add(part);
            return this;
        }

        /**
         * Settings to which the environment has been applied.
         *
         * @throws InvalidSettingsException if it says what is not allowed
         * @throws IllegalArgumentException if there are two knobs of one key
         */
        public LiveSettings build() {
            return new LiveSettings(this);
        }
    }
}
