/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.addon;

import io.loadline.Loadline;
import io.loadline.guard.DependencyGuard;
import io.loadline.guard.GuardRefusedException;
import io.loadline.guard.Retries;
import io.loadline.guard.RetryBudget;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/**
 * Asks the service at {@code benchmark.dependency}, and again if that has failed: as often as most do, or through a guard and
 * within a budget. Both try four times, after the same pauses. Thread-safe.
 */
@RestController
class RetryingController {
    private static final int ATTEMPTS = 4;
    private static final Duration FIRST_PAUSE = Duration.ofMillis(50);
    private static final Duration LONGEST_PAUSE = Duration.ofMillis(200);

    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final HttpRequest request;
    private final Retries retries;

    RetryingController(Loadline loadline, @Value("${benchmark.dependency}") String host) {
        request = HttpRequest.newBuilder(URI.create("http://" + host + "/stock/7"))
                .timeout(Duration.ofSeconds(1))
                .build();
        // Without the floor for services with little traffic: exactly a tenth.
        RetryBudget budget = RetryBudget.builder().minPerSecond(0).build();
        DependencyGuard guard = loadline.guards().guard("stock", builder -> builder.retryBudget(budget));
        retries = Retries.builder(guard, budget)
                .attempts(ATTEMPTS)
                .backoff(FIRST_PAUSE, LONGEST_PAUSE)
                .build();
    }

    @GetMapping("/retrying/naive")
    ResponseEntity<String> naive() throws InterruptedException {
        long pauseMillis = FIRST_PAUSE.toMillis();
        for (int attempt = 1; ; attempt++) {
            try {
                return ResponseEntity.ok(ask());
            } catch (IOException failed) {
                if (attempt == ATTEMPTS) {
                    return ResponseEntity.status(HttpStatus.BAD_GATEWAY).build();
                }
            }
            Thread.sleep(pauseMillis / 2 + ThreadLocalRandom.current().nextLong(pauseMillis / 2));
            pauseMillis *= 2;
        }
    }

    @GetMapping("/retrying/budget")
    ResponseEntity<String> budget() throws Exception {
        try {
            return ResponseEntity.ok(retries.call(this::ask));
        } catch (IOException | GuardRefusedException failed) {
            return ResponseEntity.status(HttpStatus.BAD_GATEWAY).build();
        }
    }

    private String ask() throws IOException, InterruptedException {
        HttpResponse<String> response = client.send(request, BodyHandlers.ofString());
        if (response.statusCode() != 200) {
            throw new IOException("status " + response.statusCode());
        }
        return response.body();
    }
}
