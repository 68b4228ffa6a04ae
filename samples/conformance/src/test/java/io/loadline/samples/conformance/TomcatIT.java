/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.samples.conformance;

/** The starter on Tomcat. */
class TomcatIT extends ConformanceSuite {
    TomcatIT() {
        super(Adapter.TOMCAT);
    }
}
