/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.samples.orders;

import jakarta.ws.rs.GET;
import jakarta.ws.rs.NotFoundException;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;

/** Orders by number. Thread-safe. */
@Path("/orders")
public class OrderResource {
    private final OrderRepository orders;

    OrderResource(OrderRepository orders) {
        this.orders = orders;
    }

    @GET
    @Path("{id}")
    public Order order(@PathParam("id") String id) {
        long number = Numbers.parse("id", id);
        return orders.findById(number).orElseThrow(() -> new NotFoundException("No order " + number));
    }
}
