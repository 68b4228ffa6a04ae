/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring.reactive;

import io.loadline.spring.testing.OrcaContract;
import io.loadline.spring.testing.Server;

class NettyOrcaTest extends OrcaContract {
    NettyOrcaTest() {
        super(Server.NETTY);
    }
}
