/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring.servlet;

import io.loadline.spring.testing.OrcaContract;
import io.loadline.spring.testing.Server;

class JettyOrcaTest extends OrcaContract {
    JettyOrcaTest() {
        super(Server.JETTY);
    }
}
