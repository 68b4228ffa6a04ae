/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.samples.conformance;

import io.loadline.testing.Wire.Answer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import tools.jackson.databind.JsonNode;

/**
 * What was seen of a service between the moment it listened and some probes after it was ready. Immutable.
 *
 * @param probes of liveness, readiness and start while the catalog was read
 * @param managementProbes the same on the management port
 * @param load what {@code /loadline/load} told then
 * @param order an order that was asked for then
 * @param disappointments what did not go well although a probe had just said that the service is ready
 */
record Arrival(
        List<Answer> probes, List<Answer> managementProbes, JsonNode load, Answer order, List<String> disappointments) {
    static final String PRICE = "{\"product\":7,\"cents\":55533}";
    static final List<String> PROBES = List.of("/livez", "/readyz", "/startupz");

    private static final int PROBES_AFTER = 20;

    /** Of a service whose catalog is being read; returns when it is ready. */
    static Arrival watch(Service service) throws InterruptedException {
        List<Answer> probes = PROBES.stream().map(service::get).toList();
        List<Answer> managementProbes = service.adapter().managementProbes().stream()
                .map(service::manage)
                .toList();
        JsonNode load = Service.json(service.manage("/loadline/load"));
        Answer order = service.get("/orders/1");
        Service.soon().until(() -> isReady(service));
        List<String> disappointments = new ArrayList<>();
        for (int i = 0; i < PROBES_AFTER; i++) {
            Answer price = service.get("/catalog/7");
            if (!price.body().equals(PRICE)) {
                disappointments.add(price.toString());
            }
            if (!isReady(service)) {
                disappointments.add("not ready any more");
            }
            // As often as an eager prober.
            TimeUnit.MILLISECONDS.sleep(20);
        }
        return new Arrival(probes, managementProbes, load, order, disappointments);
    }

    private static boolean isReady(Service service) {
        return service.get("/readyz").status() == 200;
    }
}
