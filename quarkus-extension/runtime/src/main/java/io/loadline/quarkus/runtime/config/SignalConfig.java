/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.quarkus.runtime.config;

import io.quarkus.runtime.annotations.ConfigDocMapKey;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The settings under {@code quarkus.loadline.signal.*}. Immutable. */
public interface SignalConfig {

    /** What the load will be when an instance that is asked for now would be there. */
    Forecast forecast();

    /** What kind of work requests are. */
    Workloads workloads();

    /** Topics and queues that channels of this service take messages from and that count for its load, by names of your own. */
    @ConfigDocMapKey("queue")
    Map<String, Queue> queues();

    /** The settings under {@code quarkus.loadline.signal.forecast.*}. */
    interface Forecast {
        /** Whether there is a second load, `loadline.load.forecast`, that may only be greater. */
        @WithDefault("false")
        boolean enabled();

        /**
         * How far ahead, 5 seconds to 10 minutes. Default: the time this process took from its start until it was ready, and
         * 15 s for the autoscaler to look.
         */
        Optional<Duration> horizon();
    }

    /**
     * The settings under {@code quarkus.loadline.signal.workloads.*}: routes, such as GET /orders/{id}, or with a star at their
     * end, for all that begin so.
     */
    interface Workloads {
        /** Routes on which somebody waits for an answer that changes nothing. Default: those of GET, HEAD and OPTIONS. */
        Optional<List<String>> read();

        /** Routes on which somebody waits until something is changed. Default: all others. */
        Optional<List<String>> write();

        /** Routes of work that must be done in time though nobody waits for each request: no part of the SLO. */
        Optional<List<String>> batch();

        /** Routes of work that takes what the others leave: no part of the SLO nor of the load. */
        Optional<List<String>> background();
    }

    /** The settings under {@code quarkus.loadline.signal.queues.*}. */
    interface Queue {
        /** How long a backlog may take to clear, 1 s to 7 days. Must be set. */
        Optional<Duration> objective();

        /** Topic of Kafka. */
        Optional<String> topic();

        /** Queue of RabbitMQ. Either this or the topic must be set. */
        Optional<String> queue();
    }
}
