/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring.servlet;

import io.loadline.spring.testing.AdmissionContract;
import io.loadline.spring.testing.Server;

class JettyAdmissionTest extends AdmissionContract {
    JettyAdmissionTest() {
        super(Server.JETTY);
    }
}
