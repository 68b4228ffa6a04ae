/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.guard;

/** Tells the flight recorder what becomes of features. Stateless. */
class DegradationEvents {
    /*
     * A run time made of chosen modules may have no flight recorder: this class, which knows nothing of it, is all there
     * is then.
     */

    static DegradationEvents create() {
        boolean recorder = ModuleLayer.boot().findModule("jdk.jfr").isPresent();
        return recorder ? new RecordedDegradation() : new DegradationEvents();
    }

    void changed(DegradationChange change) {}
}
