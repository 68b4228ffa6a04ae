/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring.servlet;

import io.loadline.spring.testing.AdmissionContract;
import io.loadline.spring.testing.Server;

/** Waiting is for virtual threads: on others all is as without. */
class TomcatPlatformThreadsTest extends AdmissionContract {
    TomcatPlatformThreadsTest() {
        super(Server.TOMCAT, "loadline.limit.waiting.max-wait=1h");
    }
}
