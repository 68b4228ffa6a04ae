/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.quarkus.runtime.queue;

import io.loadline.signal.Backlog;

/** Counts the messages of one kind of broker that the application's channels take. Thread-safe. */
public interface QueueReader {

    /** What it reads. */
    Kind kind();

    /** Counts those that wait in {@code destination} and those that have been done. */
    Backlog.Source source(String destination);

    /** Where messages wait. */
    enum Kind {
        /** A topic of Kafka. */
        TOPIC,
        /** A queue of RabbitMQ. */
        QUEUE
    }
}
