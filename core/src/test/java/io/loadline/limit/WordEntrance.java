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

    WordEntrance(AdmissionWord word) {
        this.word = word;
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
        return 1;
    }

    @Override
    public RejectionReason reason(int refusal) {
        return RejectionReason.DRAINING;
    }
}
