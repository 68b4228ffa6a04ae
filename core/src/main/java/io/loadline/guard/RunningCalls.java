/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.guard;

import java.util.Objects;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The calls of one guard that run, so that the beat can see how old they are. Thread-safe. */
final class RunningCalls {
    /*
     * Slots, taken by compare-and-set from a place that depends on the thread. There are twice as many as calls may
     * run, so that a free one is soon found. If there ever are too few, since the guard's concurrency was raised, more are
     * added in front; the old ones stay, as running calls know where they are. Sizes double, so there are few.
     */

    /** Written under the monitor, read by anybody; who sees an old one finds a slot in it or comes here. */
    private volatile Segment head;

    RunningCalls(int calls) {
        this.head = new Segment(0, Math.max(8, calls), null);
    }

    void add(GuardPermit call) {
        Segment segment = head;
        while (!segment.tryAdd(call)) {
            segment = grown(segment);
        }
    }

    void remove(GuardPermit call) {
        int slot = call.slot();
        Segment segment = head;
        while (slot < segment.first) {
            segment = Objects.requireNonNull(segment.next);
        }
        segment.slots.set(slot - segment.first, null);
    }

    private synchronized Segment grown(Segment full) {
        if (head == full) {
            head = new Segment(full.first + full.slots.length(), full.slots.length(), full);
        }
        return head;
    }

    /** Calls that run, as seen one after the other. */
    void forEach(Consumer<GuardPermit> look) {
        for (Segment segment = head; segment != null; segment = segment.next) {
            for (int i = 0; i < segment.slots.length(); i++) {
                GuardPermit call = segment.slots.get(i);
                if (call != null) {
                    look.accept(call);
                }
            }
        }
    }

    int count() {
        int count = 0;
        for (Segment segment = head; segment != null; segment = segment.next) {
            for (int i = 0; i < segment.slots.length(); i++) {
                count += segment.slots.get(i) == null ? 0 : 1;
            }
        }
        return count;
    }

    /** Slots, a power of two. */
    private static final class Segment {
        private final int first;
        private final AtomicReferenceArray<@Nullable GuardPermit> slots;
        private final @Nullable Segment next;

        Segment(int first, int calls, @Nullable Segment next) {
            this.first = first;
            this.slots = new AtomicReferenceArray<>(2 * Integer.highestOneBit(2 * calls - 1));
            this.next = next;
        }

        boolean tryAdd(GuardPermit call) {
            int mask = slots.length() - 1;
            // Ids of threads of one pool follow one another; this spreads them.
            int from = (int) ((Thread.currentThread().getId() * 0x9E3779B9L) >>> 7);
            for (int i = 0; i <= mask; i++) {
                int slot = (from + i) & mask;
                if (slots.get(slot) == null) {
                    call.at(first + slot);
                    if (slots.compareAndSet(slot, null, call)) {
                        return true;
                    }
                }
            }
            return false;
        }
    }
}
