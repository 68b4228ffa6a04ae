/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.harness;

/** How one request ended, seen from the client. */
public enum Outcome {
    /** A complete answer with status 200 before the client's timeout. */
    OK,
    /** A complete, deliberate refusal: 503 or 429 with a problem+json body. */
    SHED,
    /** A complete answer with any other status. */
    WRONG_STATUS,
    /** No complete answer before the client's timeout. */
    TIMEOUT,
    /** No connection. */
    CONNECT_FAILED,
    /** The connection ended, or turned to nonsense, before the answer was complete. */
    BROKEN;

    /** Whether the client was left without what the handler or a deliberate refusal would have given. */
    public boolean lost() {
        return this != OK && this != SHED;
    }
}
