/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.guard;

import java.util.List;

/** The level that follows from the load, with hysteresis in load and in time. Not thread-safe; guarded by its owner. */
final class Ladder {
    /*
     * Up:   the load is above the next level's upper threshold, and the last step up was at least settle ago.
     * Down: the load has been below the present level's lower threshold for at least calm, without a break, and the level
     *       was reached at least offAtLeast ago. Then calm begins anew: one level per step.
     *
     * No load (NaN) holds the level and breaks the calm: nothing is known. After silence it counts as calm, or what went
     * off in an overload would stay off until somebody looked.
     */
    private List<FeatureThresholds> levels = List.of();
    private long settleNanos;
    private long offAtLeastNanos;
    private long calmNanos;
    private long silenceNanos;

    private int level;

    /** When each level was reached, [0] is that of level 1. */
    private long[] reachedNanos = new long[0];

    private boolean stepped;
    private long steppedUpNanos;
    private boolean calm;
    private long calmSinceNanos;
    private long heardNanos;

    Ladder(long nowNanos) {
        this.heardNanos = nowNanos;
    }

    /** Takes other thresholds and times, and begins at {@code startLevel} of them. */
    void settings(DegradationSettings settings, int startLevel) {
        long[] reached = new long[settings.levels().size()];
        for (int i = 0; i < startLevel; i++) {
            // The last one that there was: levels that have become one were reached together.
            reached[i] = reachedNanos[Math.min(i, level - 1)];
        }
        levels = settings.levels();
        settleNanos = settings.settle().toNanos();
        offAtLeastNanos = settings.offAtLeast().toNanos();
        calmNanos = settings.calm().toNanos();
        silenceNanos = settings.silence().toNanos();
        reachedNanos = reached;
        level = startLevel;
        calm = false;
    }

    int level() {
        return level;
    }

    /** Whether there has been no load for long. */
    boolean isSilent(long nowNanos) {
        return nowNanos - heardNanos >= silenceNanos;
    }

    /** Goes one level up or down, if that is due; returns the level. */
    int step(long nowNanos, double load) {
        boolean known = !Double.isNaN(load);
        if (known) {
            heardNanos = nowNanos;
        }
        if (known && level < levels.size() && load > levels.get(level).offAbove()) {
            calm = false;
            if (!stepped || nowNanos - steppedUpNanos >= settleNanos) {
                stepped = true;
                steppedUpNanos = nowNanos;
                reachedNanos[level] = nowNanos;
                level++;
            }
            return level;
        }
        boolean low = known ? level > 0 && load < levels.get(level - 1).onBelow() : isSilent(nowNanos);
        if (level == 0 || !low) {
            calm = false;
            return level;
        }
        if (!calm) {
            calm = true;
            calmSinceNanos = nowNanos;
        }
        if (nowNanos - calmSinceNanos >= calmNanos && nowNanos - reachedNanos[level - 1] >= offAtLeastNanos) {
            level--;
            calmSinceNanos = nowNanos;
        }
        return level;
    }
}
