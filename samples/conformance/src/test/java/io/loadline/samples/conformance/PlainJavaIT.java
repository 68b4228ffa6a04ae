/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.samples.conformance;

/** The JDK's HTTP server with Loadline's filters. */
class PlainJavaIT extends ConformanceSuite {
    PlainJavaIT() {
        super(Adapter.PLAIN_JAVA);
    }
}
