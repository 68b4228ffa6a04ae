/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.samples.orders;

import java.util.List;
import org.springframework.context.annotation.Profile;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/**
 * Reports, which read all orders. What each client may ask for, and what all of them together may take, are settings: see
 * application-guards.properties. Thread-safe.
 */
@RestController
@Profile("guards")
class ReportController {
    private final OrderRepository orders;

    ReportController(OrderRepository orders) {
        this.orders = orders;
    }

    @GetMapping("/reports/sales")
    List<Sales> sales() {
        return orders.salesByCity();
    }
}
