/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.drain;

import java.io.IOException;
import java.util.Map;
import java.util.function.Consumer;

/** A message broker of its own process or this one, with orders placed and orders confirmed. Thread-safe. */
interface Broker extends AutoCloseable {
    String PLACED = "orders.placed";
    String CONFIRMED = "orders.confirmed";

    /** What leads the sample to it. */
    Map<String, String> environment();

    /** Places an order; it is safe with the broker when this returns. */
    void place(String order) throws Exception;

    /** Hands each confirmation to {@code confirmed}, by one thread, until this is closed. */
    void follow(Consumer<String> confirmed) throws Exception;

    @Override
    void close() throws IOException;
}
