/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.samples.orders;

import io.loadline.drain.DrainCoordinator;
import io.loadline.drain.DrainPhase;
import java.time.Duration;
import java.time.Instant;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.event.EventListener;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Sinks;

/** Server-sent events, one a second, until the client goes or the service does. Thread-safe. */
@RestController
class StreamController {
    private final Sinks.Empty<Void> closing = Sinks.empty();

    /** With Loadline, streams are told to go when nothing new comes any more; {@code drain} is absent without it. */
    StreamController(ObjectProvider<DrainCoordinator> drain) {
        drain.ifAvailable(coordinator -> coordinator.listen(phase -> {
            if (phase == DrainPhase.QUIESCING) {
                completeAll();
            }
        }));
    }

    @GetMapping(path = "/stream", produces = MediaType.TEXT_EVENT_STREAM_VALUE)
    Flux<Tick> stream() {
        return Flux.interval(Duration.ZERO, Duration.ofSeconds(1))
                .onBackpressureDrop()
                .map(number -> new Tick(number, Instant.now()))
                .takeUntilOther(closing.asMono());
    }

    /**
     * Ends every open stream, and those opened from now on after their first event at most. Without it a stream would
     * hold a graceful stop until its timeout.
     */
    @EventListener(ContextClosedEvent.class)
    void completeAll() {
        closing.tryEmitEmpty();
    }

    record Tick(long number, Instant at) {}
}
