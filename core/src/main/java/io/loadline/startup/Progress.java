/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.startup;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.loadline.memory.MemoryReading;
import io.loadline.time.Ticker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** What has become of a start so far. Thread-safe. */
final class Progress {
    /** Guards what is here and in the records; nothing alien is called with it held. */
    final ReentrantLock lock = new ReentrantLock();

    /** Signalled when a stage ends and when the start is cancelled. */
    final Condition changed = lock.newCondition();

    private final Ticker ticker;
    private final MemoryGate gate;

    @GuardedBy("lock")
    private final List<StageRecord> records;

    @GuardedBy("lock")
    private final List<String> warnings;

    @GuardedBy("lock")
    private boolean begun;

    @GuardedBy("lock")
    private long begunNanos;

    @GuardedBy("lock")
    private boolean over;

    @GuardedBy("lock")
    private long overNanos;

    @GuardedBy("lock")
    private @Nullable Duration readyAfter;

    @GuardedBy("lock")
    private OptionalLong peakBytes = OptionalLong.empty();

    /** Written once, under the lock; read by the loop between two steps, which the next one shows at the latest. */
    private volatile @Nullable String cancelled;

    Progress(Ticker ticker, MemoryGate gate, List<StageRecord> records, List<String> warnings) {
        this.ticker = ticker;
        this.gate = gate;
        this.records = List.copyOf(records);
        this.warnings = new ArrayList<>(warnings);
    }

    /** Whether this call began it. */
    boolean begin() {
        lock.lock();
        try {
            if (begun || cancelled != null) {
                return false;
            }
            begun = true;
            begunNanos = ticker.read();
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** Why it was cancelled; null if it was not. */
    @Nullable
    String cancelled() {
        return cancelled;
    }

    /** Whether this call cancelled it. */
    boolean cancel(String reason) {
        lock.lock();
        try {
            if (over || cancelled != null) {
                return false;
            }
            cancelled = reason;
            changed.signalAll();
            return true;
        } finally {
            lock.unlock();
        }
    }

    boolean hasBegun() {
        lock.lock();
        try {
            return begun;
        } finally {
            lock.unlock();
        }
    }

    /** The time since the beginning. */
    Duration elapsed() {
        lock.lock();
        try {
            return Duration.ofNanos((over ? overNanos : ticker.read()) - begunNanos);
        } finally {
            lock.unlock();
        }
    }

    /** The service is ready; whether this is news. */
    boolean ready() {
        lock.lock();
        try {
            if (readyAfter != null) {
                return false;
            }
            readyAfter = Duration.ofNanos(ticker.read() - begunNanos);
            return true;
        } finally {
            lock.unlock();
        }
    }

    void warn(String warning) {
        lock.lock();
        try {
            if (!warnings.contains(warning)) {
                warnings.add(warning);
            }
        } finally {
            lock.unlock();
        }
    }

    /** The memory was {@code reading} at some moment; while a ready service waits for a stage that is not the start's. */
    void sample(MemoryReading reading) {
        long bytes = StageRecord.ownBytes(reading);
        lock.lock();
        try {
            if (readyAfter == null || records.stream().anyMatch(each -> each.outcome == StageOutcome.RUNNING)) {
                peakBytes = OptionalLong.of(Math.max(bytes, peakBytes.orElse(0)));
            }
        } finally {
            lock.unlock();
        }
    }

    /** All stages have ended; those that have not are cancelled. The report is the last one. */
    @CanIgnoreReturnValue
    StartupReport end() {
        lock.lock();
        try {
            if (!over) {
                records.stream()
                        .filter(record -> !record.outcome.isEnd())
                        .forEach(record -> record.outcome = StageOutcome.CANCELLED);
                overNanos = begun ? ticker.read() : begunNanos;
                over = true;
            }
            return report();
        } finally {
            lock.unlock();
        }
    }

    StartupReport report() {
        lock.lock();
        try {
            List<StageReport> stages = new ArrayList<>();
            List<String> all = new ArrayList<>(warnings);
            for (StageRecord record : records) {
                stages.add(record.toReport());
                all.addAll(record.warnings());
            }
            return new StartupReport(
                    begun,
                    over,
                    stages,
                    Optional.ofNullable(readyAfter),
                    begun ? elapsed() : Duration.ZERO,
                    peakBytes,
                    gate.wentAhead(),
                    all);
        } finally {
            lock.unlock();
        }
    }
}
