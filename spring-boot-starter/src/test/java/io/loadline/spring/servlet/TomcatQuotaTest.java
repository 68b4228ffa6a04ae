/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring.servlet;

import io.loadline.spring.testing.QuotaContract;
import io.loadline.spring.testing.Server;

class TomcatQuotaTest extends QuotaContract {
    TomcatQuotaTest() {
        super(Server.TOMCAT, QuotaApplication.class);
    }
}
