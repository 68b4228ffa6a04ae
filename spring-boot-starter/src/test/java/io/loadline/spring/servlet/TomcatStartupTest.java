/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring.servlet;

import io.loadline.spring.testing.StartupContract;
import org.springframework.boot.WebApplicationType;

class TomcatStartupTest extends StartupContract {
    TomcatStartupTest() {
        super(WebApplicationType.SERVLET);
    }
}
