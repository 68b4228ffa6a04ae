/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.quarkus.runtime.http;

/** What a framework knows of its work for a request, when the request's client has gone. Thread-safe. */
interface Work {
    /** Whether nobody works for it any more, since the framework cancels this when a client goes. */
    boolean endsWithItsClient();

    /** Whether a thread works for it, or is about to. */
    boolean isRunning();

    /** Calls {@code listener} when the work is done, if it is not yet. */
    void whenDone(Runnable listener);
}
