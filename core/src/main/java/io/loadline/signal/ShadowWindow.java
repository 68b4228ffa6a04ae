/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.signal;

import io.loadline.limit.LimiterStats;
import io.loadline.limit.RejectionReason;
import io.loadline.signal.ShadowReport.Refusals;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The last five minutes of shadow mode, in slots of ten seconds. Not thread-safe; guarded by the signal's lock. */
final class ShadowWindow {
    private static final long SLOT_NANOS = 10_000_000_000L;
    private static final int SLOTS = 30;
    private static final RejectionReason[] REASONS = RejectionReason.values();

    private final Deque<Slot> slots = new ArrayDeque<>();

    /** Begins anew: what comes is not comparable with what was. */
    void clear() {
        slots.clear();
    }

    /** What follows happened between {@code fromNanos} and the next call of this. */
    void begin(long fromNanos) {
        Slot last = slots.peekLast();
        if (last == null || fromNanos - last.beganNanos >= SLOT_NANOS) {
            slots.addLast(new Slot(fromNanos));
            if (slots.size() > SLOTS) {
                slots.removeFirst();
            }
        }
    }

    /** After {@link #begin}. */
    void add(String route, LimiterStats since) {
        Slot slot = slots.getLast();
        slot.calls += since.completed();
        for (RejectionReason reason : REASONS) {
            long calls = since.shadowed(reason);
            if (calls > 0) {
                slot.refused.merge(new Key(route, reason), calls, Long::sum);
            }
        }
    }

    ShadowReport report(long nowNanos) {
        Slot first = slots.peekFirst();
        if (first == null) {
            return ShadowReport.NONE;
        }
        long calls = 0;
        long refused = 0;
        Map<Key, Long> sums = new HashMap<>();
        for (Slot slot : slots) {
            calls += slot.calls;
            for (Map.Entry<Key, Long> each : slot.refused.entrySet()) {
                refused += each.getValue();
                sums.merge(each.getKey(), each.getValue(), Long::sum);
            }
        }
        List<Refusals> refusals = sums.entrySet().stream()
                .map(each -> new Refusals(each.getKey().route, each.getKey().reason, each.getValue()))
                .sorted(ShadowWindow::mostFirst)
                .toList();
        return new ShadowReport(Duration.ofNanos(nowNanos - first.beganNanos), calls, refused, refusals);
    }

    /** Not a chain of comparators: those cost every start, and few ever compare here. */
    private static int mostFirst(Refusals one, Refusals other) {
        int byCalls = Long.compare(other.calls(), one.calls());
        return byCalls == 0 ? one.route().compareTo(other.route()) : byCalls;
    }

    private record Key(String route, RejectionReason reason) {}

    private static final class Slot {
        private final long beganNanos;
        private final Map<Key, Long> refused = new HashMap<>();
        private long calls;

        Slot(long beganNanos) {
            this.beganNanos = beganNanos;
        }
    }
}
