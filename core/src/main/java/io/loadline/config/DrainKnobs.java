/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.config;

import io.loadline.drain.DrainCoordinator;
import io.loadline.drain.DrainTimes;
import java.time.Duration;
import java.util.List;
import java.util.Objects;

/** The times of a drain under {@code loadline.drain}, until it begins. Thread-safe. */
public final class DrainKnobs implements SettingsPart {
    private static final Duration LEAST = Duration.ofMillis(1);
    private static final Duration MOST = Duration.ofHours(1);

    private final DrainCoordinator drain;
    private final Knob<Duration> deadline;
    private final Knob<Duration> quiet;
    private final Knob<Duration> settleMax;
    private final Knob<Duration> preStopSleep;
    private final Knob<Duration> farewell;

    /** Those of {@code drain}, whose present times are the start. */
    public DrainKnobs(DrainCoordinator drain) {
        this.drain = drain;
        DrainTimes start = drain.times();
        this.deadline = Knob.duration("loadline.drain.deadline", LEAST, MOST).startWith(start.deadline());
        this.quiet = Knob.duration("loadline.drain.quiet", LEAST, MOST).startWith(start.quiet());
        this.settleMax = Knob.duration("loadline.drain.settle-max", LEAST, MOST).startWith(start.settleMax());
        this.preStopSleep = Knob.duration("loadline.drain.pre-stop-sleep", Duration.ZERO, MOST)
                .startWith(start.preStopSleep());
        this.farewell =
                Knob.duration("loadline.drain.farewell", Duration.ZERO, MOST).startWith(start.farewell());
    }

    @Override
    public List<Knob<?>> knobs() {
        return List.of(deadline, quiet, settleMax, preStopSleep, farewell);
    }

    @Override
    public void check(LoadlineSettings wanted) {
        DrainTimes times = times(wanted);
        try {
            times.check();
        } catch (IllegalArgumentException e) {
            throw new InvalidSettingsException(
                    quiet.key() + ", " + settleMax.key() + " and " + deadline.key(),
                    wanted.text(quiet.key()) + ", " + wanted.text(settleMax.key()) + ", " + wanted.text(deadline.key()),
                    "quiet must not be longer than settle-max, nor than half of the deadline");
        }
    }

    @Override
    public void apply(LoadlineSettings before, LoadlineSettings after) {
        DrainTimes present = drain.times();
        DrainTimes wanted = new DrainTimes(
                required(deadline, before, after, present.deadline()),
                after.differ(before, List.of(quiet)) ? after.value(quiet) : present.quiet(),
                required(settleMax, before, after, present.settleMax()),
                required(preStopSleep, before, after, present.preStopSleep()),
                required(farewell, before, after, present.farewell()));
        if (!wanted.equals(present)) {
            try {
                drain.times(wanted);
            } catch (IllegalStateException e) {
                throw new InvalidSettingsException("loadline.drain", null, String.valueOf(e.getMessage()));
            }
        }
    }

    private static Duration required(
            Knob<Duration> knob, LoadlineSettings before, LoadlineSettings after, Duration present) {
        return after.differ(before, List.of(knob)) ? Objects.requireNonNull(after.value(knob)) : present;
    }

    private DrainTimes times(LoadlineSettings settings) {
        return new DrainTimes(
                Objects.requireNonNull(settings.value(deadline)),
                settings.value(quiet),
                Objects.requireNonNull(settings.value(settleMax)),
                Objects.requireNonNull(settings.value(preStopSleep)),
                Objects.requireNonNull(settings.value(farewell)));
    }
}
