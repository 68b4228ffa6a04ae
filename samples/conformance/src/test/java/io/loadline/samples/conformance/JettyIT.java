/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.samples.conformance;

/** The starter on Jetty. */
class JettyIT extends ConformanceSuite {
    JettyIT() {
        super(Adapter.JETTY);
    }
}
