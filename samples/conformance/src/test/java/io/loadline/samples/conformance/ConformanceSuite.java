/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.samples.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * All that is asked of one adapter, whose sample is started once; a test that needs a process of its own says so. Each of the
 * interfaces is a topic.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(InOrderOfLife.class)
@ExtendWith(DeclaredDifferences.class)
@Timeout(180)
abstract class ConformanceSuite
        implements Arriving, Serving, Refusing, Hints, LoadReports, Reads, Meters, ChangingSettings, Leaving {
    private final Adapter adapter;
    private Service service;
    private Arrival arrival;
    private Crowd crowd;
    private Departure departure;

    ConformanceSuite(Adapter adapter) {
        this.adapter = adapter;
    }

    @BeforeAll
    void start(@TempDir Path mounted) throws Exception {
        service = Service.start(adapter, mounted);
        arrival = Arrival.watch(service);
        assertThat(service.metrics()).contains(adapter.mark());
    }

    @AfterAll
    void stop() {
        if (service != null) {
            service.close();
        }
    }

    @Override
    public Adapter adapter() {
        return adapter;
    }

    @Override
    public Service service() {
        return service;
    }

    @Override
    public Arrival arrival() {
        return arrival;
    }

    @Override
    public Crowd crowd() throws Exception {
        if (crowd == null) {
            crowd = Crowd.watch(service);
        }
        return crowd;
    }

    @Override
    public Departure departure() throws Exception {
        if (departure == null) {
            departure = Departure.watch(service);
        }
        return departure;
    }
}
