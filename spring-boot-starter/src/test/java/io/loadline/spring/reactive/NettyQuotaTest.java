/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring.reactive;

import io.loadline.spring.testing.QuotaContract;
import io.loadline.spring.testing.Server;

class NettyQuotaTest extends QuotaContract {
    NettyQuotaTest() {
        super(Server.NETTY, QuotaApplication.class);
    }
}
