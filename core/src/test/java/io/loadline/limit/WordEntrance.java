/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.limit;

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
    public int tryAcquireOrWait(Route route) {
        return word.tryAcquireOrWait(enforcement);
    }

    @Override
    public int tryAcquireAsWaiter(Route route, boolean last) {
        return word.tryAcquireAsWaiter(enforcement, last);
    }

    @Override
    public long ticket(int admission, Route route) {
        return 1;
    }

    @Override
    public RejectionReason reason(int refusal) {
        return RejectionReason.DRAINING;
    }
}
