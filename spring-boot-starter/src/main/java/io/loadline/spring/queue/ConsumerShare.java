/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring.queue;

/** Which part of a queue falls to the consumers of this instance. Not thread-safe; confined to who asks. */
final class ConsumerShare {
    /*
     * All consumers of a queue get as many messages, so the part of this instance is that of its consumers. Where they are
     * stopped for a while, as the gate before messages does, it is what it would be with them: else what waits would be
     * nobody's. Those of others may be stopped for the same reason at the same time; if these did not count meanwhile, each
     * instance would take all that waits for its own.
     */
    private int ownBefore = 1;
    private int othersBefore;

    /**
     * The part, above 0 to 1.
     *
     * @param own consumers of this instance
     * @param all what the broker counts, which may lag behind
     */
    double of(int own, int all) {
        int others = Math.max(0, all - own);
        if (own > 0) {
            ownBefore = own;
            othersBefore = others;
        }
        return (double) ownBefore / (ownBefore + Math.max(others, othersBefore));
    }
}
