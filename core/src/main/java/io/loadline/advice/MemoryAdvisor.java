/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.advice;

import static io.loadline.internal.Checks.checkArgument;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.loadline.availability.ServiceState;
import io.loadline.internal.ProcessCpu;
import io.loadline.memory.JvmFlags;
import io.loadline.memory.MemoryMonitor;
import io.loadline.memory.MemorySnapshot;
import io.loadline.memory.SteadyUse;
import io.loadline.signal.LoadSignal;
import io.loadline.signal.SignalSnapshot;
import io.loadline.signal.Validity;
import io.loadline.time.Registration;
import java.time.Duration;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.DoubleSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes a {@link MemoryReport} of each reading, and logs it when there is advice that can be trusted more. Thread-safe. */
public final class MemoryAdvisor implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(MemoryAdvisor.class);

    /** The environment variable that tells the memory request: bytes, as the downward API writes it, or {@code 9Mi}. */
    public static final String REQUEST_VARIABLE = "LOADLINE_MEMORY_REQUEST";

    private final String name;
    private final MemoryMonitor monitor;
    private final LoadSignal signal;
    private final Supplier<StartupFigures> startup;
    private final Supplier<JvmFlags> flags;
    private final DoubleSupplier cpus;
    private final OptionalLong request;
    private final Map<String, String> environment;
    private final Registration news;

    /** Of the latest reading that somebody asked about. Written and read by whoever asks; making it twice is harmless. */
    private volatile @Nullable MemoryReport report;

    /** Read once, by the first report. Written and read by whoever asks. */
    private volatile @Nullable JvmFlags knownFlags;

    /** Confined to the monitor's listener. */
    private Confidence logged = Confidence.NONE;

    /** The same. */
    private @Nullable SteadyUse lastUse;

    private MemoryAdvisor(Builder builder) {
        this.name = builder.name;
        this.monitor = builder.monitor;
        this.signal = builder.signal;
        this.startup = builder.startup;
        this.flags = builder.flags;
        this.cpus = builder.cpus;
        this.environment = builder.environment;
        this.request = builder.request.isPresent() ? builder.request : requestOf(builder.environment);
        this.news = monitor.listen(this::logWhenKnownBetter);
    }

    /** A builder for an advisor of the service named {@code name}. */
    public static Builder builder(String name, MemoryMonitor monitor, LoadSignal signal) {
        return new Builder(name, monitor, signal);
    }

    /** What is known and advised now. */
    public MemoryReport report() {
        MemorySnapshot memory = monitor.snapshot();
        MemoryReport last = report;
        if (last == null || last.memory() != memory) {
            last = report(memory);
            report = last;
        }
        return last;
    }

    /** Stops logging. */
    @Override
    public void close() {
        news.close();
    }

    private MemoryReport report(MemorySnapshot memory) {
        SizingInput input = new SizingInput(memory, startup.get(), flags(), cpus.getAsDouble(), request, environment);
        SizingAdvice advice = SizingAdvice.of(input);
        return new MemoryReport(name, memory, advice, Checklist.of(input, advice, scaling()));
    }

    private JvmFlags flags() {
        JvmFlags known = knownFlags;
        if (known == null) {
            known = flags.get();
            knownFlags = known;
        }
        return known;
    }

    private Checklist.Scaling scaling() {
        SignalSnapshot snapshot = signal.snapshot();
        Duration readyFor = snapshot.lastChange().to() == ServiceState.READY
                ? Duration.between(snapshot.lastChange().at(), snapshot.at())
                : Duration.ZERO;
        return new Checklist.Scaling(
                snapshot.validity() == Validity.VALID,
                snapshot.validity().reason(),
                signal.sinceLoadWasRead(),
                readyFor);
    }

    private void logWhenKnownBetter(MemorySnapshot memory) {
        SteadyUse use = memory.steady().orElse(null);
        if (use == null || use == lastUse) {
            return;
        }
        lastUse = use;
        MemoryReport made = report(memory);
        if (made.advice().confidence().compareTo(logged) > 0) {
            logged = made.advice().confidence();
            LOG.info("{}", made.table());
        }
    }

    private static OptionalLong requestOf(Map<String, String> environment) {
        String value = environment.get(REQUEST_VARIABLE);
        try {
            long bytes = value == null ? 0 : Size.bytes(value);
            return bytes > 0 ? OptionalLong.of(bytes) : OptionalLong.empty();
        } catch (IllegalArgumentException nonsense) {
            LOG.warn("{} is left out: {}", REQUEST_VARIABLE, nonsense.getMessage());
            return OptionalLong.empty();
        }
    }

    /** Builds advisors. Not thread-safe. */
    public static final class Builder {
        private final String name;
        private final MemoryMonitor monitor;
        private final LoadSignal signal;
        private Supplier<StartupFigures> startup = () -> StartupFigures.NONE;
        private Supplier<JvmFlags> flags = JvmFlags::read;
        private DoubleSupplier cpus = () -> new ProcessCpu(0).cpus(0);
        private OptionalLong request = OptionalLong.empty();
        private Map<String, String> environment = System.getenv();

        private Builder(String name, MemoryMonitor monitor, LoadSignal signal) {
            this.name = name;
            this.monitor = monitor;
            this.signal = signal;
        }

        /** Sets who knows what the start took. Default: nobody, beside the monitor. */
        @CanIgnoreReturnValue
        public Builder startup(Supplier<StartupFigures> startup) {
            this.startup = startup;
            return this;
        }

        /**
         * Sets the memory request the service was deployed with, which it cannot see. Default: what the environment
         * variable {@code LOADLINE_MEMORY_REQUEST} says.
         *
         * @throws IllegalArgumentException unless it is positive
         */
        @CanIgnoreReturnValue
        public Builder requestBytes(long bytes) {
            checkArgument(bytes > 0, "requestBytes must be positive: %s", bytes);
            this.request = OptionalLong.of(bytes);
            return this;
        }

        /**
         * The same, as Kubernetes or Spring write it: {@code 512Mi}, {@code 512MB}, or bytes.
         *
         * @throws IllegalArgumentException if it is no size, or not positive
         */
        @CanIgnoreReturnValue
        public Builder request(String size) {
            return requestBytes(Size.bytes(size));
        }

        /** Sets what is known of the JVM and its machine. Default: what they say. */
        @CanIgnoreReturnValue
        Builder machine(JvmFlags jvmFlags, double availableCpus, Map<String, String> variables) {
            this.flags = () -> jvmFlags;
            this.cpus = () -> availableCpus;
            this.environment = Map.copyOf(variables);
            return this;
        }

        /** A new advisor. */
        public MemoryAdvisor build() {
            return new MemoryAdvisor(this);
        }
    }
}
