/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What holds for the start of each sample, looked at while its catalog takes its time. */
@Timeout(120)
public abstract class SampleStartContract {
    private static final String PRICE = "{\"product\":7,\"cents\":55533}";

    private final HttpClient client = HttpClient.newHttpClient();
    private final Map<String, String> ungated;
    private final String lastLine;
    private SampleProcess service;

    /**
     * For one sample.
     *
     * @param ungated environment in which no stage waits for memory
     * @param lastLine what is logged when the server listens
     */
    protected SampleStartContract(Map<String, String> ungated, String lastLine) {
        this.ungated = ungated;
        this.lastLine = lastLine;
    }

    @BeforeEach
    void start() throws Exception {
        Map<String, String> environment = new HashMap<>(ungated);
        environment.putAll(Map.of("CATALOG_MIB", "32", "CATALOG_MILLIS", "2000"));
        service = SampleProcess.start(environment, lastLine);
    }

    @AfterEach
    void stop() {
        service.close();
    }

    @Test
    void prober_thatTakesReadinessAtItsWord_isNeverDisappointed() throws Exception {
        AtomicInteger refused = new AtomicInteger();
        AtomicInteger wrong = new AtomicInteger();
        CountDownLatch answered = new CountDownLatch(20);
        ScheduledExecutorService prober = Executors.newSingleThreadScheduledExecutor();
        ScheduledFuture<?> probes = prober.scheduleAtFixedRate(
                () -> {
                    try {
                        if (get("/readyz").statusCode() == 200) {
                            wrong.addAndGet(get("/catalog/7").body().equals(PRICE) ? 0 : 1);
                            answered.countDown();
                        } else {
                            refused.incrementAndGet();
                            // Not ready after it was: as bad as a wrong answer.
                            wrong.addAndGet(answered.getCount() == 20 ? 0 : 1);
                        }
                    } catch (IOException | InterruptedException e) {
                        wrong.incrementAndGet();
                    }
                },
                0,
                50,
                TimeUnit.MILLISECONDS);
        try {
            assertThat(answered.await(60, TimeUnit.SECONDS)).isTrue();
        } finally {
            probes.cancel(true);
            prober.shutdownNow();
        }
        assertThat(wrong).hasValue(0);
        assertThat(refused).hasPositiveValue();
    }

    @Test
    void terminate_whileTheCatalogIsRead_endsAtOnce() throws Exception {
        assertThat(get("/readyz").statusCode()).isEqualTo(503);
        long startNanos = System.nanoTime();

        assertThat(service.terminate()).isEqualTo(128 + 15);

        assertThat(Duration.ofNanos(System.nanoTime() - startNanos)).isLessThan(Duration.ofSeconds(2));
    }

    private HttpResponse<String> get(String path) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://localhost:" + service.port() + path))
                .version(HttpClient.Version.HTTP_1_1)
                .timeout(Duration.ofSeconds(30))
                .build();
        return client.send(request, BodyHandlers.ofString());
    }
}
