/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.samples.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.loadline.testing.Wire;
import io.loadline.testing.Wire.Answer;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What was seen of a service while requests took all places that its limit has. Immutable.
 *
 * @param refused a request beyond them
 * @param refusedHead a HEAD request beyond them
 * @param bodyless whether nothing followed the head of that answer
 * @param refusedWithReport a request beyond them that asked for a load report
 * @param untouched by path, what must be served all the same
 * @param served those that took the places
 * @param next the first request after them
 */
record Crowd(
        Answer refused,
        Answer refusedHead,
        boolean bodyless,
        Answer refusedWithReport,
        Map<String, Answer> untouched,
        List<Answer> served,
        Answer next) {
    private static final int PLACES = 2;
    private static final int LONGEST_MILLIS = 16_000;

    /** Lowers the limit for that, and raises it again. */
    static Crowd watch(Service service) throws IOException {
        service.mountLimit(PLACES);
        try {
            // On a busy machine they may end before all has been looked at.
            for (int millis = 1_000; millis <= LONGEST_MILLIS; millis *= 2) {
                Crowd crowd = watch(service, millis);
                if (crowd != null) {
                    return crowd;
                }
            }
            throw new AssertionError("the places were never taken for long enough");
        } finally {
            service.mountLimit(Service.LIMIT);
        }
    }

    private static Crowd watch(Service service, int millis) {
        try (Wire one = new Wire(service.port());
                Wire two = new Wire(service.port())) {
            String work = "/work?ms=" + millis;
            one.send("GET", work);
            two.send("GET", work);
            Service.soon().until(() -> service.get("/orders/1").status() == 503);
            Answer refused = service.get("/orders/1");
            Answer head;
            boolean bodyless;
            try (Wire wire = new Wire(service.port())) {
                head = wire.send("HEAD", "/orders/1", "Connection: close").read("HEAD");
                bodyless = wire.isClosedByServer();
            }
            Answer reported = service.get("/orders/1", LoadReports.ASK_TEXT);
            Map<String, Answer> untouched = new LinkedHashMap<>();
            List.of("/livez", "/readyz", "/startupz", "/metrics")
                    .forEach(path -> untouched.put(path, service.get(path)));
            Reads.PATHS.forEach(path -> untouched.put("management " + path, service.manage(path)));
            service.adapter()
                    .managementProbes()
                    .forEach(path -> untouched.put("management " + path, service.manage(path)));
            if (service.get("/orders/1").status() != 503) {
                return null;
            }
            List<Answer> served = List.of(one.read("GET"), two.read("GET"));
            // Places are free a moment after the answers have come.
            Service.soon().until(() -> service.get("/orders/1").status() == 200);
            Answer next = service.get("/orders/1");
            assertThat(served).hasSize(PLACES);
            return new Crowd(refused, head, bodyless, reported, untouched, served, next);
        }
    }
}
