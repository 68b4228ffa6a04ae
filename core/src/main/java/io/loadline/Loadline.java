/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline;

import static io.loadline.internal.Checks.checkArgument;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.loadline.availability.Availability;
import io.loadline.availability.DependencyCheck;
import io.loadline.availability.DependencyChecks;
import io.loadline.drain.DrainCoordinator;
import io.loadline.drain.DrainParticipant;
import io.loadline.drain.TerminationSignal;
import io.loadline.limit.ConcurrencyLimiter;
import io.loadline.management.LoadlineStatus;
import io.loadline.management.ManagementEndpoints;
import io.loadline.management.ManagementServer;
import io.loadline.metrics.LoadlineMetrics;
import io.loadline.signal.LoadSignal;
import io.loadline.time.Heartbeat;
import io.loadline.time.Registration;
import io.loadline.time.Ticker;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * All parts for one service, wired together: limiter, availability, drain, signal, meters and, if it has a port, the
 * management endpoint. Thread-safe.
 *
 * <pre>{@code
 * Loadline loadline = Loadline.builder("checkout").meterRegistry(registry).build().start();
 * loadline.availability().ready("server listens");
 * String page = loadline.limiter().call(() -> backend.fetch(id));
 * }</pre>
 */
public final class Loadline implements AutoCloseable {
    private final String name;
    private final Heartbeat heartbeat;
    private final Registration beats;
    private final Availability availability;
    private final ConcurrencyLimiter limiter;
    private final DrainCoordinator drain;
    private final DependencyChecks dependencies;
    private final LoadSignal signal;
    private final LoadlineMetrics metrics;
    private final @Nullable Integer managementPort;
    private final String managementHost;

    @GuardedBy("this")
    private @Nullable ManagementServer management;

    @GuardedBy("this")
    private boolean closed;

    private Loadline(Builder builder) {
        this.name = builder.name;
        this.heartbeat = Heartbeat.create(builder.ticker);
        this.availability = Availability.create(builder.clock);
        ConcurrencyLimiter.Builder limiterBuilder =
                ConcurrencyLimiter.builder(name).ticker(builder.ticker);
        builder.limiter.accept(limiterBuilder);
        this.limiter = limiterBuilder.build();
        this.beats = heartbeat.listen(this::beatLimiter);
        DrainCoordinator.Builder drainBuilder = DrainCoordinator.builder(availability, limiter, heartbeat);
        builder.participants.forEach(drainBuilder::participant);
        builder.drain.accept(drainBuilder);
        this.drain = drainBuilder.build();
        LoadSignal.Builder signalBuilder =
                LoadSignal.builder(limiter, availability, heartbeat).clock(builder.clock);
        builder.signal.accept(signalBuilder);
        this.signal = signalBuilder.build();
        this.dependencies = DependencyChecks.create(builder.dependencies, availability, heartbeat);
        this.metrics = new LoadlineMetrics(name, version(), signal, drain, availability, dependencies);
        if (builder.meterRegistry != null) {
            metrics.bindTo(builder.meterRegistry);
        }
        this.managementPort = builder.managementPort;
        this.managementHost = builder.managementHost;
    }

    /** A builder for the service named {@code name}. */
    public static Builder builder(String name) {
        return new Builder(name);
    }

    /**
     * Starts the heartbeat and, if it has a port, the management endpoint. The service is STARTING until
     * {@link #availability()} is told otherwise. Does nothing if it runs already.
     *
     * @throws IllegalArgumentException if the management host cannot be resolved
     * @throws IllegalStateException if the management port is taken, which closes this, or if it was closed before
     */
    @CanIgnoreReturnValue
    public synchronized Loadline start() {
        if (closed) {
            throw new IllegalStateException("Loadline " + name + " was closed; build another one");
        }
        if (managementPort != null && management == null) {
            try {
                management = ManagementServer.start(managementHost, managementPort, managementEndpoints());
            } catch (RuntimeException e) {
                // build().start() leaves the caller nothing to close, and meters are registered already.
                close();
                throw e;
            }
        }
        heartbeat.start();
        return this;
    }

    /** The name given to the builder. */
    public String name() {
        return name;
    }

    /** Who is admitted. */
    public ConcurrencyLimiter limiter() {
        return limiter;
    }

    /** The state of the service. */
    public Availability availability() {
        return availability;
    }

    /** How it leaves. */
    public DrainCoordinator drain() {
        return drain;
    }

    /** What it depends on. */
    public DependencyChecks dependencies() {
        return dependencies;
    }

    /** How loaded it is. */
    public LoadSignal signal() {
        return signal;
    }

    /** Its meters, to be bound to further registries. */
    public LoadlineMetrics metrics() {
        return metrics;
    }

    /** What drives everything periodic. */
    public Heartbeat heartbeat() {
        return heartbeat;
    }

    /** What {@code /loadline} tells. */
    public LoadlineStatus status() {
        return LoadlineStatus.of(
                name, signal.snapshot(), availability.readinessHolds(), drain.progress(), dependencies.statuses());
    }

    /** The management reads, to be added to a server of yours. */
    public ManagementEndpoints managementEndpoints() {
        return new ManagementEndpoints(availability, this::status);
    }

    /** The port of the management endpoint; 0 if there is none. */
    public synchronized int managementPort() {
        return management == null ? 0 : management.port();
    }

    /**
     * When {@code termination} comes, drains, runs {@code closeServer} and closes this. The process does not end before
     * that is over. If this was closed before, nothing is drained and {@code closeServer} runs at once.
     *
     * @throws IllegalStateException if the process is going already
     */
    public void drainOn(TerminationSignal termination, Runnable closeServer) {
        termination.onTermination(() -> {
            try {
                try {
                    if (beatsUnlessClosed()) {
                        drain.drain("termination signal", DrainCoordinator.Settling.WAIT);
                    }
                } finally {
                    closeServer.run();
                }
            } finally {
                drain.closed();
                close();
            }
        });
    }

    /** Stops the heartbeat and the management endpoint and removes all meters. Does not drain. */
    @Override
    public synchronized void close() {
        closed = true;
        heartbeat.close();
        beats.close();
        drain.close();
        dependencies.close();
        signal.close();
        metrics.close();
        if (management != null) {
            management.close();
            management = null;
        }
    }

    /** A drain needs a heartbeat, even if the signal came before {@link #start()}. */
    private synchronized boolean beatsUnlessClosed() {
        if (!closed) {
            heartbeat.start();
        }
        return !closed;
    }

    private void beatLimiter(Heartbeat.Beat beat) {
        if (beat.lateNanos() >= Heartbeat.PERIOD.toNanos()) {
            limiter.stalled(Duration.ofNanos(beat.lateNanos()));
        }
        limiter.beat();
    }

    private static String version() {
        String version = Loadline.class.getPackage().getImplementationVersion();
        return version == null ? "development" : version;
    }

    /** Builds Loadlines. Not thread-safe. */
    public static final class Builder {
        private final String name;
        private @Nullable MeterRegistry meterRegistry;
        private Consumer<? super ConcurrencyLimiter.Builder> limiter = builder -> {};
        private Consumer<? super DrainCoordinator.Builder> drain = builder -> {};
        private final List<DependencyCheck> dependencies = new ArrayList<>();
        private final List<DrainParticipant> participants = new ArrayList<>();
        private Consumer<? super LoadSignal.Builder> signal = builder -> {};
        private @Nullable Integer managementPort;
        private String managementHost = "0.0.0.0";
        private Ticker ticker = Ticker.system();
        private InstantSource clock = InstantSource.system();

        private Builder(String name) {
            checkArgument(!name.isBlank(), "name must not be blank: '%s'", name);
            this.name = name;
        }

        /** Sets where the meters go. Default: nowhere. */
        @CanIgnoreReturnValue
        public Builder meterRegistry(MeterRegistry registry) {
            this.meterRegistry = registry;
            return this;
        }

        /** Configures the limiter. */
        @CanIgnoreReturnValue
        public Builder limiter(Consumer<? super ConcurrencyLimiter.Builder> configure) {
            this.limiter = configure;
            return this;
        }

        /** Configures the drain. */
        @CanIgnoreReturnValue
        public Builder drain(Consumer<? super DrainCoordinator.Builder> configure) {
            this.drain = configure;
            return this;
        }

        /** Adds something beside requests that has work of its own when the service leaves. */
        @CanIgnoreReturnValue
        public Builder drainParticipant(DrainParticipant participant) {
            this.participants.add(participant);
            return this;
        }

        /**
         * Adds something the service depends on.
         *
         * @throws IllegalArgumentException if there is one of that name
         */
        @CanIgnoreReturnValue
        public Builder dependency(DependencyCheck check) {
            checkArgument(
                    dependencies.stream().noneMatch(each -> each.name().equals(check.name())),
                    "there is a dependency of this name already: '%s'",
                    check.name());
            this.dependencies.add(check);
            return this;
        }

        /** Configures the signal. */
        @CanIgnoreReturnValue
        public Builder signal(Consumer<? super LoadSignal.Builder> configure) {
            this.signal = configure;
            return this;
        }

        /**
         * Sets the port of the management endpoint, 0 for any that is free. Default: no endpoint.
         *
         * @throws IllegalArgumentException unless it is between 0 and 65535
         */
        @CanIgnoreReturnValue
        public Builder managementPort(int port) {
            checkArgument(port >= 0 && port <= 65_535, "managementPort must be between 0 and 65535: %s", port);
            this.managementPort = port;
            return this;
        }

        /** Sets the address the management endpoint listens on. Default: all, since probes come from outside. */
        @CanIgnoreReturnValue
        public Builder managementHost(String host) {
            this.managementHost = host;
            return this;
        }

        /** Sets where all parts read elapsed time. Default: {@link Ticker#system()}. */
        @CanIgnoreReturnValue
        public Builder ticker(Ticker ticker) {
            this.ticker = ticker;
            return this;
        }

        /** Sets what stamps state changes and snapshots. Default: the system's clock. */
        @CanIgnoreReturnValue
        public Builder clock(InstantSource clock) {
            this.clock = clock;
            return this;
        }

        /** All parts, wired, not yet started. */
        public Loadline build() {
            return new Loadline(this);
        }
    }
}
