/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.quarkus.runtime.drain;

import io.loadline.drain.DrainParticipant;

/** One that settings may leave out. Must be thread-safe. */
public interface OptionalParticipant extends DrainParticipant {
    /** Whether it takes part; asked once, before the service starts. */
    boolean takesPart();
}
