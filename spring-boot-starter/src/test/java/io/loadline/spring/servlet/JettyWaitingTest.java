/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring.servlet;

import io.loadline.spring.testing.Server;
import io.loadline.spring.testing.WaitingContract;

class JettyWaitingTest extends WaitingContract {
    JettyWaitingTest() {
        super(Server.JETTY, "loadline.limit.waiting.platform-threads=true");
    }
}
