/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring.reactive;

import io.loadline.spring.testing.Server;
import io.loadline.spring.testing.StartupContract;

class NettyStartupTest extends StartupContract {
    NettyStartupTest() {
        super(Server.NETTY);
    }
}
