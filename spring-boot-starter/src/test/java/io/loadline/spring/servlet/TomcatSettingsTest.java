/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring.servlet;

import io.loadline.spring.testing.Server;
import io.loadline.spring.testing.SettingsContract;

class TomcatSettingsTest extends SettingsContract {
    TomcatSettingsTest() {
        super(Server.TOMCAT);
    }
}
