/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.samples.orders;

import java.time.Duration;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;

/** What is done with an order that came as a message: it is looked up, and takes its time. Thread-safe. */
@Component
class Fulfilment {
    private final OrderRepository orders;
    private final Duration time;

    Fulfilment(OrderRepository orders, @Value("${orders.fulfilment.time}") Duration time) {
        this.orders = orders;
        this.time = time;
    }

    void fulfil(long order) throws InterruptedException {
        orders.findById(order);
        Thread.sleep(time.toMillis());
    }
}
