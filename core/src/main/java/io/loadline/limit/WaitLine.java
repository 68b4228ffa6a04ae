/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.limit;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import org.jspecify.annotations.Nullable;

/** Waiters in order of their arrival: all of a queue, or those of one group. Not thread-safe; guarded by the queue's lock. */
final class WaitLine {
    /** Whose these are; null if everybody's. */
    final @Nullable RouteGroup group;

    /** Where a group's line is among those that are not empty. */
    int place;

    private @Nullable Waiter oldest;
    private @Nullable Waiter newest;
    private int size;

    WaitLine(@Nullable RouteGroup group) {
        this.group = group;
    }

    @Nullable
    Waiter oldest() {
        return oldest;
    }

    @Nullable
    Waiter newest() {
        return newest;
    }

    int size() {
        return size;
    }

    boolean isEmpty() {
        return size == 0;
    }

    void append(Waiter waiter) {
        Waiter.Links links = links(waiter);
        links.older = newest;
        if (newest == null) {
            oldest = waiter;
        } else {
            links(newest).newer = waiter;
        }
        newest = waiter;
        size++;
    }

    /** Returns false, and changes nothing, if it does not stand here. */
    @CanIgnoreReturnValue
    boolean unlink(Waiter waiter) {
        Waiter.Links links = links(waiter);
        if ((links.older == null ? oldest : links(links.older).newer) != waiter) {
            return false;
        }
        if (links.older == null) {
            oldest = links.newer;
        } else {
            links(links.older).newer = links.newer;
        }
        if (links.newer == null) {
            newest = links.older;
        } else {
            links(links.newer).older = links.older;
        }
        links.older = null;
        links.newer = null;
        size--;
        return true;
    }

    private Waiter.Links links(Waiter waiter) {
        return group == null ? waiter.inQueue : waiter.inGroup;
    }
}
