/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring.servlet;

import io.loadline.spring.testing.QuotaContract;
import io.loadline.spring.testing.Server;

class JettyQuotaTest extends QuotaContract {
    JettyQuotaTest() {
        super(Server.JETTY, QuotaApplication.class);
    }
}
