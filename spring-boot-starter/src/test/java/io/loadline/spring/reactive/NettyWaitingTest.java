/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring.reactive;

import static org.assertj.core.api.Assertions.assertThat;

import io.loadline.spring.testing.Server;
import io.loadline.spring.testing.WaitingContract;
import io.loadline.testing.Gate;
import io.loadline.testing.Wire;
import org.junit.jupiter.api.Test;

/** Waiting takes no event loop, and a client that goes waits no more. */
class NettyWaitingTest extends WaitingContract {
    NettyWaitingTest() {
        super(Server.NETTY);
    }

    @Test
    void client_goesWhileItWaits_isWithdrawn() {
        Gate gate = hold();
        Wire waiting = new Wire(service().port());
        waiting.send("GET", "/orders/1");
        awaitWaiting(1);
        waiting.abort();
        awaitWaiting(0);
        assertThat(service().loadline().limiter().waiting().withdrawn()).isPositive();
        gate.open();
    }
}
