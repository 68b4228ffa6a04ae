/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring.servlet;

import io.loadline.spring.testing.Server;
import io.loadline.spring.testing.WaitingContract;

class TomcatWaitingTest extends WaitingContract {
    TomcatWaitingTest() {
        super(Server.TOMCAT, "loadline.limit.waiting.platform-threads=true");
    }
}
