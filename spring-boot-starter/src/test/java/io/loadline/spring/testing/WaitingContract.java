/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.loadline.limit.LimiterStats;
import io.loadline.limit.Outcome;
import io.loadline.testing.Gate;
import io.loadline.testing.Wire;
import io.loadline.testing.Wire.Answer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** What holds on every server for a service whose limit is one request, and where others wait for a long time. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
public abstract class WaitingContract {
    /** More than there are event loops. */
    private static final int MAX_WAITERS = 2 * Math.max(4, Runtime.getRuntime().availableProcessors());

    private final Server server;
    private final String[] properties;
    private Service service;
    private LimiterStats before;
    private Wire holding;

    protected WaitingContract(Server server, String... properties) {
        this.server = server;
        this.properties = Stream.concat(
                        Stream.of(
                                "loadline.limit.initial=1",
                                "loadline.limit.waiting.max-wait=1h",
                                "loadline.limit.waiting.max-waiters=" + MAX_WAITERS),
                        Stream.of(properties))
                .toArray(String[]::new);
    }

    @BeforeAll
    void start() {
        service = Service.start(HeldApplication.class, server, properties);
    }

    @BeforeEach
    void awaitIdle() {
        await().until(() -> service.inFlight() == 0);
        awaitWaiting(0);
        before = service.stats();
    }

    @AfterEach
    void hangUp() {
        holding.close();
    }

    @AfterAll
    void stop() {
        service.close();
    }

    @Test
    void request_beyondTheLimit_isServedWhenItsTurnHasCome() {
        Gate gate = hold();
        try (Wire waiting = new Wire(service.port())) {
            waiting.send("GET", "/orders/1");
            awaitWaiting(1);
            gate.open();
            assertThat(waiting.read("GET").body()).isEqualTo("order 1");
        }
        LimiterStats one = Service.one(Outcome.SUCCESS);
        service.awaitEnded(before, one.plus(one));
    }

    /** It is refused, or the oldest in its place if the queue has stood for 100 ms, which on a slow machine it may have. */
    @Test
    void request_thatFindsTheQueueFull_oneIsRefusedWhileOthersAndProbesAreServed() {
        Gate gate = hold();
        List<Wire> waiting = new ArrayList<>();
        try {
            for (int i = 0; i < MAX_WAITERS; i++) {
                waiting.add(new Wire(service.port()).send("GET", "/orders/" + i));
            }
            awaitWaiting(MAX_WAITERS);
            waiting.add(new Wire(service.port()).send("GET", "/orders/x"));
            await().until(() -> service.stats().minus(before).shed() == 1);
            assertThat(Wire.get(service.port(), "/livez").status()).isEqualTo(200);
            gate.open();
            List<Answer> refused = waiting.stream()
                    .map(wire -> wire.read("GET"))
                    .filter(answer -> answer.status() != 200)
                    .toList();
            assertThat(refused).hasSize(1);
            assertThat(refused.get(0).status()).isEqualTo(503);
            assertThat(refused.get(0).body()).contains("\"reason\":\"queue\"");
        } finally {
            waiting.forEach(Wire::close);
        }
        assertThat(service.stats().minus(before).shed()).isOne();
    }

    @Test
    void request_whoseClientWaitsForAShorterTime_waitsNoLonger() {
        Gate gate = hold();
        Answer refused = Wire.get(service.port(), "/orders/1", "X-Request-Timeout: 300ms");
        assertThat(refused.status()).isEqualTo(503);
        assertThat(refused.body()).contains("\"reason\":\"queue\"");
        gate.open();
    }

    @Test
    void serviceLeaves_whoWaitsIsRefusedAtOnce() {
        Gate gate = hold();
        try (Wire waiting = new Wire(service.port())) {
            waiting.send("GET", "/orders/1");
            awaitWaiting(1);
            service.loadline().limiter().refuseAll(() -> {});
            Answer refused = waiting.read("GET");
            assertThat(refused.status()).isEqualTo(503);
            assertThat(refused.body()).contains("\"reason\":\"draining\"");
        } finally {
            service.loadline().limiter().resume();
            gate.open();
        }
    }

    /** A request holds the only permit until the gate opens. */
    protected final Gate hold() {
        String name = Gate.newName();
        Gate gate = Gate.of(name);
        holding = new Wire(service.port()).send("GET", "/held?gate=" + name);
        gate.awaitArrival();
        return gate;
    }

    protected final Service service() {
        return service;
    }

    protected final void awaitWaiting(int count) {
        await().pollInterval(Duration.ofMillis(10))
                .until(() -> service.loadline().limiter().waiting().waiting() == count);
    }
}
