/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.advice;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.loadline.ManualClock;
import io.loadline.availability.Availability;
import io.loadline.limit.ConcurrencyLimiter;
import io.loadline.limit.FixedLimit;
import io.loadline.memory.JvmFlags;
import io.loadline.memory.MemoryMonitor;
import io.loadline.memory.ScriptedProcess;
import io.loadline.signal.LoadSignal;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.function.Consumer;

/** A scripted process with all that advice needs. Not thread-safe. */
final class AdvisedProcess {
    static final long MIB = 1 << 20;

    final ScriptedProcess process;
    final ManualClock clock = new ManualClock();
    final Availability availability = Availability.create(clock);
    final LoadSignal signal;
    final MemoryMonitor monitor;
    final Map<String, String> environment = new HashMap<>();
    JvmFlags flags = flags("G1");
    double cpus = 4;
    StartupFigures startup = StartupFigures.NONE;
    private MemoryAdvisor advisor;

    AdvisedProcess(ScriptedProcess process) {
        this(process, Duration.ofMinutes(10));
    }

    AdvisedProcess(ScriptedProcess process, Duration window) {
        this.process = process;
        ConcurrencyLimiter limiter = ConcurrencyLimiter.builder("advised")
                .algorithm(() -> FixedLimit.of(10))
                .ticker(process.ticker)
                .build();
        this.signal = LoadSignal.builder(limiter, availability, process.heartbeat)
                .clock(clock)
                .build();
        this.monitor = process.monitor().window(window).build();
    }

    static JvmFlags flags(String collector) {
        return new JvmFlags(
                collector,
                OptionalLong.of(64 * MIB),
                OptionalLong.of(512 * MIB),
                false,
                OptionalDouble.of(0.4),
                OptionalDouble.of(0.7),
                OptionalLong.of(0),
                false,
                true);
    }

    MemoryAdvisor advisor() {
        return advisor(builder -> {});
    }

    MemoryAdvisor advisor(Consumer<MemoryAdvisor.Builder> configure) {
        if (advisor == null) {
            MemoryAdvisor.Builder builder = MemoryAdvisor.builder("checkout", monitor, signal)
                    .startup(() -> startup)
                    .machine(flags, cpus, environment);
            configure.accept(builder);
            advisor = builder.build();
        }
        return advisor;
    }

    @CanIgnoreReturnValue
    AdvisedProcess run(Duration duration) {
        advisor();
        process.run(monitor, duration);
        clock.advance(duration);
        return this;
    }

    SizingAdvice advice() {
        return advisor().report().advice();
    }

    Checklist.Item item(Checklist.Question question) {
        return advisor().report().checklist().item(question);
    }
}
