/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring.servlet;

import io.loadline.spring.testing.LifecycleContract;
import io.loadline.spring.testing.Server;

class TomcatLifecycleTest extends LifecycleContract {
    TomcatLifecycleTest() {
        super(Server.TOMCAT);
    }
}
