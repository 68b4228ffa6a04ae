/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.signal;

import io.loadline.internal.ProcessCpu;
import io.loadline.time.Ticker;
import java.nio.file.Path;
import java.util.List;

/**
 * What this process takes of its JVM and its machine: files of the kernel and beans of the JVM, read once a second without
 * privileges. Not thread-safe; confined to the tick.
 */
final class OwnResources {
    private final ProcessCpu cpu;
    private final GcPauses pauses;
    private final AllocationRate allocation;
    private final IoPressure io;
    private final List<Saturation> saturations;

    OwnResources(Path root, Ticker ticker) {
        this(root, ticker, new ProcessCpu(ticker.read(), root), new GcPauses(ticker), new AllocationRate(ticker));
    }

    OwnResources(Path root, Ticker ticker, ProcessCpu cpu, GcPauses pauses, AllocationRate allocation) {
        this.cpu = cpu;
        this.pauses = pauses;
        this.allocation = allocation;
        this.io = new IoPressure(root, ticker);
        this.saturations = List.of(
                Saturation.of("cpu", () -> cpu.read(ticker.read())), new CpuThrottling(root, ticker), pauses, io);
    }

    List<Saturation> saturations() {
        return saturations;
    }

    /** The CPUs there are, a fraction under a quota, as of the last reading of the saturations. */
    double cpus() {
        return cpu.cpus();
    }

    /** As of the last reading of the saturations. */
    ProcessFigures figures() {
        return new ProcessFigures(pauses.share(), pauses.pauseSeconds(), allocation.read(), io.some());
    }
}
