/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring.reactive;

import io.loadline.spring.testing.Server;
import io.loadline.spring.testing.SettingsContract;

class NettySettingsTest extends SettingsContract {
    NettySettingsTest() {
        super(Server.NETTY);
    }
}
