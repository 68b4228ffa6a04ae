/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring.servlet;

import io.loadline.spring.testing.Server;
import io.loadline.spring.testing.WaitingContract;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;

/** The same where each request has a virtual thread: nothing more needs to be said. */
@EnabledForJreRange(min = JRE.JAVA_21)
class TomcatVirtualThreadsWaitingTest extends WaitingContract {
    TomcatVirtualThreadsWaitingTest() {
        super(Server.TOMCAT, "spring.threads.virtual.enabled=true");
    }
}
