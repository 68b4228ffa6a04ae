/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.samples.orders;

import io.loadline.guard.Degradation;
import java.util.List;
import java.util.Optional;
import org.springframework.context.annotation.Profile;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ResponseStatusException;

/**
 * An order, and what others bought with it: the greater part of the work, and what a page does without when it gets tight. When
 * that is, is a setting: see application-guards.properties. Thread-safe.
 */
@RestController
@Profile("guards")
class OrderPageController {
    private static final String RECOMMENDATIONS = "recommendations";

    private final OrderRepository orders;
    private final Optional<Degradation> degradation;

    /** {@code degradation} is absent without Loadline: nothing is ever left out, then. */
    OrderPageController(OrderRepository orders, Optional<Degradation> degradation) {
        this.orders = orders;
        this.degradation = degradation;
    }

    @GetMapping("/orders/{id}/page")
    Page page(@PathVariable long id) {
        Order order = orders.findById(id)
                .orElseThrow(() -> new ResponseStatusException(HttpStatus.NOT_FOUND, "No order " + id));
        boolean allowed =
                degradation.map(features -> features.allows(RECOMMENDATIONS)).orElse(true);
        return new Page(order, allowed ? orders.boughtTogether(id) : List.of());
    }

    record Page(Order order, List<String> recommendations) {}
}
