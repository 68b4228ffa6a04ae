/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.limit;

import org.jspecify.annotations.Nullable;

/** The bare word as what a {@link WaitQueue} is in front of; all tickets are 1. As thread-safe as the word. */
final class WordEntrance implements WaitQueue.Entrance {
    private final AdmissionWord word;
    private volatile Enforcement enforcement = Enforcement.ENFORCE;
    private volatile @Nullable RuntimeException failure;

    WordEntrance(AdmissionWord word) {
        this.word = word;
    }

    /** What asking for a ticket ends with from now on; null for a ticket. */
    void failure(@Nullable RuntimeException changed) {
        failure = changed;
    }

    void enforcement(Enforcement changed) {
        enforcement = changed;
    }

    @Override
    public int tryAcquireOrWait(@Nullable RouteGroup group) {
        return word.tryAcquireOrWait(enforcement);
    }

    @Override
    public int tryAcquireAsWaiter(@Nullable RouteGroup group, boolean last) {
        return word.tryAcquireAsWaiter(enforcement, last);
    }

    @Override
    public int tryAcquireOwn(RouteGroup group) {
        return AdmissionWord.REFUSED_LIMIT;
    }

    @Override
    public boolean hasOwn() {
        return false;
    }

    @Override
    public long ticket(int admission, @Nullable RouteGroup group) {
        RuntimeException failing = failure;
        if (failing != null) {
            throw failing;
        }
        return 1;
    }

    @Override
    public void giveBack(int admission, @Nullable RouteGroup group) {
        int unused = word.release(admission == AdmissionWord.ADMITTED_OUTSIDE);
    }

    @Override
    public RejectionReason reason(int refusal) {
        return RejectionReason.DRAINING;
    }
}
