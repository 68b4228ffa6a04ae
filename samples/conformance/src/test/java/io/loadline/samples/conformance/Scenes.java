/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.samples.conformance;

/** One service, and what was seen of it at moments that do not come again. */
interface Scenes {
    Adapter adapter();

    Service service();

    /** From when it listened until it was ready. */
    Arrival arrival();

    /** When all places were taken. */
    Crowd crowd() throws Exception;

    /** When it had got SIGTERM; it is gone then. */
    Departure departure() throws Exception;
}
