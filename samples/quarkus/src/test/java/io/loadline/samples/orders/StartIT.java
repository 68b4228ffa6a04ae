/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.samples.orders;

import io.loadline.testing.SampleStartContract;
import java.util.Map;

/** The start of the jar. */
class StartIT extends SampleStartContract {
    StartIT() {
        super(Map.of("QUARKUS_LOADLINE_STARTUP_GATE_MAX_WAIT", "0s"), "Listening on:");
    }
}
