/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.signal;

import static io.loadline.signal.Workload.BACKGROUND;
import static io.loadline.signal.Workload.BATCH;
import static io.loadline.signal.Workload.READ;
import static io.loadline.signal.Workload.WRITE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What kinds of work do to the signals of a service that sustains 100 calls a second, each of 100 ms. */
class WorkloadTest {
    private static final Duration MINUTE = Duration.ofMinutes(1);
    private static final String ORDERS = "GET /orders/{id}";
    private static final String REPORT = "POST /reports";
    private static final String REINDEX = "POST /admin/reindex";

    private final SimulatedService service = new SimulatedService(
                    limiter -> limiter.slo(Duration.ofMillis(150)),
                    signal -> signal.workload(BATCH, REPORT).workload(BACKGROUND, "POST /admin/*"))
            .ready();

    @Test
    void load_isOfWhatCallsForInstances() {
        service.offer(200, MINUTE);
        service.offer(Map.of(ORDERS, 40.0, REPORT, 20.0, REINDEX, 30.0), MINUTE);

        assertThat(service.load()).isCloseTo(0.6, within(0.03));
        assertThat(demand(READ)).isCloseTo(4, within(0.3));
        assertThat(demand(BATCH)).isCloseTo(2, within(0.3));
        assertThat(demand(BACKGROUND)).isCloseTo(3, within(0.3));
        assertThat(service.signal.snapshot().workloads().get(BATCH).load()).isCloseTo(0.2, within(0.03));
        assertThat(service.signal.snapshot().explanation())
                .contains(
                        "By kind of work the demand is read 4.0, write 0.0, batch 2.0, background 3.0 (not counted). ");
    }

    /** It takes what is left: that it wants more calls for nothing. */
    @Test
    void load_withMoreBackgroundThanCanBeDone_staysThatOfTheRest() {
        service.offer(200, MINUTE);
        service.offer(ordersFirst(40, 200), MINUTE);

        assertThat(service.signal.snapshot().stats().shed()).isGreaterThan(6_000);
        assertThat(service.load()).isCloseTo(0.4, within(0.05));
        assertThat(demand(BACKGROUND)).isCloseTo(20, within(1.0));
    }

    /** What is done beside the rest shows what the service can do. */
    @Test
    void capacity_isKnownFromWorkOfAllKinds() {
        service.offer(ordersFirst(50, 150), MINUTE);

        assertThat(service.signal.snapshot().capacity()).isCloseTo(10, within(0.5));
        assertThat(service.load()).isCloseTo(0.5, within(0.05));
    }

    @Test
    void slo_isOfWhatSomebodyWaitsFor() {
        service.beatsPerCall = 2;
        service.offer(Map.of(REPORT, 20.0, REINDEX, 20.0), MINUTE);
        assertThat(service.signal.snapshot().slo().counts().total()).isZero();

        service.offer(Map.of(ORDERS, 20.0), MINUTE);
        assertThat(service.signal.snapshot().slo().counts().bad()).isCloseTo(1_200, within(20L));
    }

    @Test
    void explanation_ofReadsAndWritesAlone_saysNothingOfThem() {
        service.offer(Map.of(ORDERS, 20.0), MINUTE);

        assertThat(service.signal.snapshot().workloads()).containsOnlyKeys(READ, WRITE);
        assertThat(service.signal.snapshot().explanation()).doesNotContain("kind of work");
    }

    @ParameterizedTest
    @CsvSource({
        "GET /orders, READ",
        "HEAD /orders, READ",
        "POST /orders, WRITE",
        "POST /reports, BATCH",
        "POST /reports/{id}, WRITE",
        "POST /admin/reindex, BACKGROUND",
        "GET /admin/state, READ",
        "POST /admin/users/{id}, WRITE",
        "orders-listener, WRITE",
        "other, WRITE",
        "GET, WRITE"
    })
    void of_takesTheLongestNameThatFits(String route, Workload workload) {
        Workloads workloads = new Workloads();
        workloads.add(BATCH, REPORT);
        workloads.add(BACKGROUND, "POST /admin/*");
        workloads.add(WRITE, "POST /admin/users/*");
        assertThat(workloads.of(route)).isEqualTo(workload);
    }

    @Test
    void add_whatCannotBeMeant_isRefused() {
        Workloads workloads = new Workloads();
        workloads.add(BATCH, REPORT);
        workloads.add(BATCH, REPORT);
        assertThatThrownBy(() -> workloads.add(READ, REPORT))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the route POST /reports is told to be both batch and read");
        assertThatThrownBy(() -> workloads.add(READ, " "))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("a route of the workload read has no name");
        assertThatThrownBy(() -> workloads.add(READ, "GET /*/orders"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("a star may be the last character of a route's name only");
    }

    /** As if they mattered more, or the background would take all places in each beat. */
    private static Map<String, Double> ordersFirst(double orders, double reindexing) {
        Map<String, Double> perSecond = new LinkedHashMap<>();
        perSecond.put(ORDERS, orders);
        perSecond.put(REINDEX, reindexing);
        return perSecond;
    }

    private double demand(Workload of) {
        return service.signal.snapshot().workloads().get(of).demand();
    }
}
