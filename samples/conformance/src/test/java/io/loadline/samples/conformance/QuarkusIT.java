/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.samples.conformance;

/** The Quarkus extension. */
class QuarkusIT extends ConformanceSuite {
    QuarkusIT() {
        super(Adapter.QUARKUS);
    }
}
