/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.signal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.loadline.LogCapture;
import io.loadline.signal.Backlog.Counts;
import io.loadline.time.Heartbeat;
import io.loadline.time.ManualTicker;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A service that also does 50 messages a second of a queue whose backlog may take a minute. */
class LoadSignalQueueTest {
    private static final int RATE = 50;

    private final LogCapture log = LogCapture.of(Backlog.class);
    private final ManualTicker ticker = new ManualTicker();
    private final Backlog backlog = Backlog.of("orders", Duration.ofMinutes(1), this::counts, ticker);
    private final SimulatedService service = new SimulatedService(builder -> builder.saturation(backlog)).ready();

    private double waiting;
    private double completed;
    private boolean fails;

    @AfterEach
    void stopCapture() {
        log.close();
    }

    private Counts counts() {
        if (fails) {
            throw new IllegalStateException("no broker");
        }
        return new Counts((long) waiting, 1, (long) completed, 0);
    }

    private void run(double callsPerSecond, int seconds) {
        for (int i = 0; i < seconds * 10; i++) {
            double done = Math.min(waiting, RATE / 10.0);
            waiting -= done;
            completed += done;
            ticker.advance(Heartbeat.PERIOD);
            service.offer(callsPerSecond, Heartbeat.PERIOD);
        }
    }

    private SignalSnapshot snapshot() {
        return service.signal.snapshot();
    }

    @Test
    void load_isTheGreaterOfRequestsAndQueue_andNamesTheQueue() {
        run(10, 20);
        assertThat(service.load()).isEqualTo(snapshot().requestLoad()).isCloseTo(0.3, within(1e-9));

        waiting = 9000;
        run(10, 30);
        assertThat(service.load()).isGreaterThan(2.5);
        assertThat(snapshot().requestLoad()).isCloseTo(0.3, within(1e-9));
        assertThat(snapshot().bottleneck()).isEqualTo("queue:orders");
        assertThat(snapshot().queues()).hasSize(1);
        assertThat(snapshot().queues().get(0).sustainedRate()).isCloseTo(50, within(0.01));
        assertThat(snapshot().explanation())
                .contains(
                        " is that of orders, in which 7",
                        " messages wait for this instance: it was seen to do 50.0 each second and needs 1",
                        " s, 60 s are the objective, and ",
                        " more come each second. Requests alone would be 0.30. ",
                        "Bottleneck: queue:orders at ",
                        " s to clear, objective 60 s) since ");

        run(10, 180);
        assertThat(waiting).isZero();
        assertThat(service.load()).isCloseTo(0.3, within(1e-9));
        assertThat(snapshot().bottleneck()).isEqualTo("none");
        assertThat(snapshot().explanation()).startsWith("Load 0.30 is the utilization of the busiest local resource");
    }

    /** What waits elsewhere uses nothing up here. */
    @Test
    void capacity_whileAQueueIsLong_doesNotFollowASlowDependency() {
        run(110, 20);
        double known = snapshot().capacity();
        assertThat(known).isCloseTo(10, within(0.3));
        waiting = 30_000;
        service.beatsPerCall = 2;
        run(100, 40);

        assertThat(snapshot().saturations().get("queue:orders")).isGreaterThan(2);
        assertThat(snapshot().capacity()).isCloseTo(known, within(0.3));
    }

    @Test
    void load_whileTheQueueCannotBeRead_isSilentForAMinute() {
        run(10, 20);
        fails = true;
        run(10, 8);
        assertThat(snapshot().validity()).isEqualTo(Validity.VALID);

        run(10, 6);
        assertThat(snapshot().validity()).isEqualTo(Validity.BACKLOG_UNKNOWN);
        assertThat(service.load()).isNaN();
        assertThat(snapshot().requestLoad()).isCloseTo(0.3, within(1e-9));
        assertThat(snapshot().explanation())
                .startsWith("No load is published: a queue cannot be read")
                .contains("Unknown: ", "queue:orders (no broker).");

        run(10, 50);
        assertThat(snapshot().validity()).isEqualTo(Validity.VALID);
        assertThat(service.load()).isCloseTo(0.3, within(1e-9));
    }

    @Test
    void load_thatCallsForInstancesByItself_isPublishedEvenThen() {
        run(110, 20);
        fails = true;
        run(110, 14);

        assertThat(backlog.isUnknown()).isTrue();
        assertThat(snapshot().validity()).isEqualTo(Validity.VALID);
        assertThat(service.load()).isGreaterThan(1);
    }

    @Test
    void load_whileTheServiceLeaves_isSilentWhateverWaits() {
        waiting = 9000;
        run(10, 20);
        assertThat(service.load()).isGreaterThan(2);
        service.availability.draining("leaving");

        assertThat(snapshot().validity()).isEqualTo(Validity.DRAINING);
        assertThat(service.load()).isNaN();
        assertThat(snapshot().requestLoad()).isNaN();
    }

    @Test
    void backlogsOfOneName_areRefused() {
        Backlog other = Backlog.of("orders", Duration.ofMinutes(2), this::counts);
        assertThatThrownBy(() -> new SimulatedService(
                        builder -> builder.saturation(backlog).saturation(other)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("two backlogs have one name: queue:orders");
    }
}
