/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.signal;

import io.loadline.internal.Cgroup;
import io.loadline.internal.KernelFiles;
import io.loadline.time.Ticker;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The share of the periods of the CPU quota in which the process was stopped, over the last seconds; of the process's own
 * cgroup or an ancestor, whichever is more. Not thread-safe; confined to the tick.
 */
final class CpuThrottling implements Saturation {
    private static final int SECONDS = 5;

    private final Ticker ticker;
    private final Cgroup.Own own;
    private Cgroup cgroup = Cgroup.NONE;
    private List<CounterWindow> windows = List.of();
    private String detail = "";

    CpuThrottling(Path root, Ticker ticker) {
        this.ticker = ticker;
        this.own = new Cgroup.Own(root, "cpu", "cpu.stat", "cpu.stat");
    }

    @Override
    public String name() {
        return "cpu.throttling";
    }

    @Override
    public Kind kind() {
        return Kind.SYMPTOM;
    }

    @Override
    public String detail() {
        return detail;
    }

    @Override
    public double utilization() {
        follow(own.at(ticker.read()));
        detail = windows.isEmpty() ? "no CPU cgroup is to be seen" : "there is no CPU quota";
        double most = Double.NaN;
        for (int i = 0; i < windows.size(); i++) {
            double share = share(cgroup.levels().get(i), windows.get(i));
            most = Double.isNaN(most) ? share : Math.max(most, Double.isNaN(share) ? 0 : share);
        }
        if (!Double.isNaN(most)) {
            detail = "";
        }
        return most;
    }

    private void follow(Cgroup found) {
        if (!found.equals(cgroup)) {
            cgroup = found;
            windows = new ArrayList<>();
            cgroup.levels().forEach(level -> windows.add(new CounterWindow(SECONDS)));
        }
    }

    /** Where there is no quota no period has ever begun; the root of version 2 does not even count them. */
    private double share(Path level, CounterWindow window) {
        String stat = KernelFiles.whole(level.resolve("cpu.stat"));
        long periods = KernelFiles.field(stat, "nr_periods");
        long throttled = KernelFiles.field(stat, "nr_throttled");
        if (stat == null || (periods > 0 && throttled < 0)) {
            window.clear();
            detail = "cpu.stat cannot be read";
            return Double.NaN;
        }
        if (periods <= 0) {
            window.clear();
            return Double.NaN;
        }
        long[] growth = window.add(periods, throttled);
        if (growth == null || growth[1] > growth[0]) {
            detail = growth == null ? "cpu.stat has just begun to count" : "cpu.stat contradicts itself";
            return Double.NaN;
        }
        return growth[0] == 0 ? 0 : (double) growth[1] / growth[0];
    }
}
