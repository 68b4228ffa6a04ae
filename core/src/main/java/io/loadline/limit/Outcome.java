/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.limit;

/** How an admitted call ended, as far as the limit is concerned. */
public enum Outcome {
    /** The call did its work; its duration says something about the service's load. */
    SUCCESS,
    /** The call ended in a way that says nothing about load: a bad request, an error of its own, a client that went. */
    IGNORED,
    /** The call failed for want of capacity: a time-out, an exhausted pool, a refusal further down. */
    DROPPED;

    /**
     * The outcome an HTTP status stands for: 503 and 504 are {@link #DROPPED}. What was turned away before the work
     * began (400, 401, 403, 405, 406, 408, 413, 415, 429) and the other 5xx are {@link #IGNORED}, since a fast failure
     * would look like a fast service. All else is {@link #SUCCESS}, among it 404, 409 and 422, which take work to find
     * out.
     */
    public static Outcome ofHttpStatus(int status) {
        return switch (status) {
            case 503, 504 -> DROPPED;
            case 400, 401, 403, 405, 406, 408, 413, 415, 429 -> IGNORED;
            default -> status >= 500 ? IGNORED : SUCCESS;
        };
    }
}
