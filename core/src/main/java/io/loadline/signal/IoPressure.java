/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.signal;

import io.loadline.internal.Cgroup;
import io.loadline.internal.KernelFiles;
import io.loadline.time.Ticker;
import java.nio.file.Path;
import java.util.OptionalDouble;

/**
 * The share of the last 10 s in which all tasks of the cgroup that had something to do waited for disks. Not thread-safe;
 * confined to the tick.
 */
final class IoPressure implements Saturation {
    /*
     * Not the share in which some task waited: one that writes a log all the time would look like a disk that is used up,
     * while all others run. Nor that of the machine, where the cgroup does not tell: it is that of others, too.
     */
    private final Ticker ticker;
    private final Cgroup.Own own;
    private boolean isKnown;

    IoPressure(Path root, Ticker ticker) {
        this.ticker = ticker;
        this.own = new Cgroup.Own(root, "io", "io.pressure", "io.pressure");
    }

    @Override
    public String name() {
        return "io";
    }

    @Override
    public Kind kind() {
        return Kind.SYMPTOM;
    }

    @Override
    public String detail() {
        return isKnown ? "" : "the kernel tells no pressure";
    }

    @Override
    public double utilization() {
        OptionalDouble full = read("full");
        isKnown = full.isPresent();
        return full.orElse(Double.NaN);
    }

    /** The share of the last 10 s in which some task waited for disks; NaN if unknown. */
    double some() {
        return read("some").orElse(Double.NaN);
    }

    private OptionalDouble read(String who) {
        Cgroup cgroup = own.at(ticker.read());
        return cgroup.levels().isEmpty()
                ? OptionalDouble.empty()
                : KernelFiles.pressure(cgroup.levels().get(0).resolve("io.pressure"), who);
    }
}
