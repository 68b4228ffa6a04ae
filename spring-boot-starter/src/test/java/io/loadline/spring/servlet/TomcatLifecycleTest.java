/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring.servlet;

import io.loadline.spring.testing.LifecycleContract;
import org.springframework.boot.WebApplicationType;

class TomcatLifecycleTest extends LifecycleContract {
    TomcatLifecycleTest() {
        super(WebApplicationType.SERVLET);
    }
}
