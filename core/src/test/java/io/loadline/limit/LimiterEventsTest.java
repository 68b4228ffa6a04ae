/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.limit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.loadline.time.ManualTicker;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a recording of the flight recorder holds. */
class LimiterEventsTest {
    private static final Duration BEAT = Duration.ofMillis(100);

    @TempDir
    Path folder;

    private final ManualTicker ticker = new ManualTicker();
    private final ScriptedLimit algorithm = new ScriptedLimit(1);
    private final ConcurrencyLimiter limiter = ConcurrencyLimiter.builder("recorded")
            .algorithm(() -> algorithm)
            .limits("capped", RouteLimits.NONE.cap(1))
            .ticker(ticker)
            .build();

    @Test
    void shed_isOneEventPerBeatRouteAndReason() throws IOException {
        Permit held = limiter.tryAcquire(limiter.route("work"));
        refuse("work", 3);
        beat();
        List<RecordedEvent> events = record("io.loadline.Shed", () -> {
            beat();
            refuse("work", 1000);
            refuse("late", 2);
            beat();
            beat();
            limiter.enforcement(Enforcement.SHADOW);
            refuse("capped", 0);
            Permit first = limiter.tryAcquire(limiter.route("work"));
            first.close();
            beat();
        });
        assertThat(events)
                .extracting(
                        event -> event.getString("limiter"),
                        event -> event.getString("route"),
                        event -> event.getString("reason"),
                        event -> event.getLong("calls"),
                        event -> event.getBoolean("enforced"))
                .containsExactlyInAnyOrder(
                        tuple("recorded", "work", "limit", 1000L, true),
                        tuple("recorded", "late", "limit", 2L, true),
                        tuple("recorded", "work", "limit", 1L, false));
        held.close();
    }

    @Test
    void shed_tellsOfCaps() throws IOException {
        algorithm.thenDecides(5);
        beat();
        List<RecordedEvent> events = record("io.loadline.Shed", () -> {
            beat();
            Permit held = limiter.tryAcquire(limiter.route("capped"));
            refuse("capped", 4);
            held.close();
            beat();
        });
        assertThat(events)
                .extracting(event -> event.getString("reason"), event -> event.getLong("calls"))
                .containsExactly(tuple("route_cap", 4L));
    }

    @Test
    void shed_tellsOfDeadlines() throws IOException {
        CallContext late = CallContext.NONE.timeout(Duration.ZERO, ticker);
        List<RecordedEvent> events = record("io.loadline.Shed", () -> {
            beat();
            assertThat(limiter.tryAcquire(limiter.route("work"), late)).isNull();
            limiter.enforcement(Enforcement.SHADOW);
            limiter.tryAcquire(limiter.route("work"), late).close();
            limiter.tryAcquire(limiter.route("work"), late).close();
            beat();
        });
        assertThat(events)
                .extracting(
                        event -> event.getString("reason"),
                        event -> event.getLong("calls"),
                        event -> event.getBoolean("enforced"))
                .containsExactly(tuple("deadline", 1L, true), tuple("deadline", 2L, false));
    }

    @Test
    void limitChange_tellsBothLimitsAndWhy() throws IOException {
        List<RecordedEvent> events = record("io.loadline.LimitChange", () -> {
            algorithm.thenDecides(7, 7, 4);
            beat();
            beat();
            beat();
        });
        assertThat(events)
                .extracting(
                        event -> event.getInt("before"),
                        event -> event.getInt("limit"),
                        event -> event.getString("reason"))
                .containsExactly(tuple(1, 7, "scripted 7"), tuple(7, 4, "scripted 4"));
    }

    @Test
    void stall_tellsHowLong() throws IOException {
        List<RecordedEvent> events = record("io.loadline.Stall", () -> limiter.stalled(Duration.ofMillis(350)));
        assertThat(events).extracting(event -> event.getDuration("stoodStill")).containsExactly(Duration.ofMillis(350));
    }

    private List<RecordedEvent> record(String event, Runnable action) throws IOException {
        Path file = folder.resolve("recording.jfr");
        try (Recording recording = new Recording()) {
            recording.enable(event);
            recording.start();
            action.run();
            recording.stop();
            recording.dump(file);
        }
        return RecordingFile.readAllEvents(file);
    }

    private void refuse(String route, int times) {
        for (int i = 0; i < times; i++) {
            assertThat(limiter.tryAcquireTicket(limiter.route(route))).isEqualTo(ConcurrencyLimiter.REFUSED);
        }
    }

    private void beat() {
        ticker.advance(BEAT);
        limiter.beat();
    }
}
