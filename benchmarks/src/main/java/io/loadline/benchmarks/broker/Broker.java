/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.broker;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.Consumer;

/** A message broker of its own process or this one, with orders placed and orders confirmed. Thread-safe. */
public interface Broker extends AutoCloseable {
    String PLACED = "orders.placed";
    String CONFIRMED = "orders.confirmed";

    /** What leads the sample to it. */
    Map<String, String> environment();

    /** Places an order; it is safe with the broker when this returns. */
    void place(String order) throws Exception;

    /** Places many; they are safe with the broker when this returns. */
    void placeAll(List<String> orders) throws Exception;

    /** Connections that were opened so far, those of this object included. */
    long connectionsOpened() throws Exception;

    /** Orders that no consumer has been given, or has given back; empty where consumers are given none for themselves. */
    OptionalLong waiting() throws Exception;

    /** Is raised whenever consumers come, go or are taken for dead; empty where they are no group. */
    OptionalInt generation() throws Exception;

    /** Hands each confirmation to {@code confirmed}, by one thread, until this is closed. */
    void follow(Consumer<String> confirmed) throws Exception;

    @Override
    void close() throws IOException;
}
