/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.config;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.loadline.config.SettingsChange.Difference;
import io.loadline.config.SettingsChange.Result;
import io.loadline.time.Ticker;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What has become of changes: the last ones, their number, and a line in the log for each that is not too many. Thread-safe. */
final class SettingsHistory {
    /*
     * Applied and refused ones are kept apart: a script that tries the same wrong value again and again would otherwise
     * push out what one could go back to.
     */
    static final int MOST = 20;

    private static final Logger LOG = LoggerFactory.getLogger(LiveSettings.class);
    private static final long LOG_WINDOW_NANOS = 60_000_000_000L;
    private static final int MOST_LINES = 20;

    private final Ticker ticker;
    private final AtomicLongArray counts = new AtomicLongArray(Result.values().length);

    @GuardedBy("this")
    private final Deque<LoadlineSettings> versions = new ArrayDeque<>();

    @GuardedBy("this")
    private final Deque<Numbered> applied = new ArrayDeque<>();

    @GuardedBy("this")
    private final Deque<Numbered> refused = new ArrayDeque<>();

    @GuardedBy("this")
    private long number;

    @GuardedBy("this")
    private long windowNanos;

    @GuardedBy("this")
    private int lines;

    SettingsHistory(Ticker ticker) {
        this.ticker = ticker;
        this.windowNanos = ticker.read();
    }

    /** What one can go back to as the version that it is, in place of what was said to be that one. */
    synchronized void begin(LoadlineSettings settings) {
        versions.removeIf(each -> each.version() == settings.version());
        keep(settings);
    }

    synchronized void keep(LoadlineSettings settings) {
        versions.addFirst(settings);
        if (versions.size() > MOST + 1) {
            versions.removeLast();
        }
    }

    synchronized void add(SettingsChange change) {
        long unused = counts.incrementAndGet(change.result().ordinal());
        Deque<Numbered> kept = change.result() == Result.APPLIED ? applied : refused;
        kept.addFirst(new Numbered(number++, change));
        if (kept.size() > MOST) {
            kept.removeLast();
        }
        log(change);
    }

    long count(Result result) {
        return counts.get(result.ordinal());
    }

    synchronized @Nullable LoadlineSettings version(long version) {
        return versions.stream()
                .filter(each -> each.version() == version)
                .findFirst()
                .orElse(null);
    }

    synchronized List<Long> versions() {
        return versions.stream().map(LoadlineSettings::version).toList();
    }

    synchronized List<SettingsChange> changes() {
        List<Numbered> all = new ArrayList<>(applied);
        all.addAll(refused);
        all.sort((one, other) -> Long.compare(other.number, one.number));
        return all.stream().map(Numbered::change).toList();
    }

    void logStuck(List<Knob<?>> knobs, Throwable failure) {
        LOG.error(
                "Settings {} could not be taken back and are neither what they were nor what they should be",
                knobs,
                failure);
    }

    @GuardedBy("this")
    private void log(SettingsChange change) {
        long now = ticker.read();
        if (now - windowNanos >= LOG_WINDOW_NANOS) {
            windowNanos = now;
            lines = 0;
        }
        if (++lines > MOST_LINES) {
            return;
        }
        String more = lines == MOST_LINES ? "; further ones are not logged for a while" : "";
        switch (change.result()) {
            case APPLIED ->
                LOG.info(
                        "Settings: version {} by {}: {}{}",
                        change.version(),
                        change.who(),
                        change.differences().stream().map(SettingsHistory::text).collect(Collectors.joining(", ")),
                        more);
            case REJECTED, FAILED ->
                LOG.warn(
                        "Settings: refused what {} wanted, version {} still holds: {}{}",
                        change.who(),
                        change.version(),
                        SettingProblem.toString(change.problems()),
                        more);
        }
    }

    private static String text(Difference each) {
        return each.key() + " " + each.from() + " -> " + each.to();
    }

    private record Numbered(long number, SettingsChange change) {}
}
