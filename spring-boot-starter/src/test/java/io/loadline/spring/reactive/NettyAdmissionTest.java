/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring.reactive;

import io.loadline.spring.testing.AdmissionContract;
import io.loadline.spring.testing.Server;

class NettyAdmissionTest extends AdmissionContract {
    NettyAdmissionTest() {
        super(Server.NETTY);
    }
}
