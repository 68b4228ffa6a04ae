/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.quarkus.deployment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.loadline.Loadline;
import io.loadline.drain.DrainCoordinator.Settling;
import io.loadline.drain.DrainOutcome;
import io.loadline.drain.DrainResult;
import io.loadline.limit.LimiterStats;
import io.loadline.limit.Outcome;
import io.loadline.testing.Wire;
import io.quarkus.test.QuarkusUnitTest;
import io.quarkus.test.common.http.TestHTTPResource;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import java.net.URL;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A drain lasts until all answers have gone out, whoever counts their requests. */
class OpenAnswersTest {
    /** More than what the sockets of both sides hold. */
    static final int LENGTH = 48 << 20;

    @RegisterExtension
    static final QuarkusUnitTest SERVICE = new QuarkusUnitTest()
            .withApplicationRoot(jar -> jar.addClasses(HeldResource.class, Held.class, Large.class))
            .overrideConfigKey("quarkus.http.test-port", "0")
            .overrideConfigKey("quarkus.loadline.limit.exclude", "/held,/changes")
            .overrideConfigKey("quarkus.loadline.drain.long-lived", "/changes");

    @Inject
    Loadline loadline;

    @TestHTTPResource
    URL url;

    @Test
    void drain_lastsUntilClientsHaveTheirAnswers() {
        LimiterStats before = loadline.limiter().stats();
        try (Wire slow = new Wire(url.getPort());
                Held untouched = new Held(loadline, url.getPort(), "/held");
                Held endless = new Held(loadline, url.getPort(), "/changes")) {
            slow.send("GET", "/large");
            Held.awaitEnded(loadline, before, Held.one(Outcome.SUCCESS));

            CompletableFuture<DrainResult> drained =
                    loadline.drain().drainAsync("test", Settling.SKIP).toCompletableFuture();

            assertThat(drained).isNotDone();
            assertThat(untouched.finish().body()).isEqualTo("opened");
            assertThat(drained).isNotDone();
            assertThat(slow.readHead().status()).isEqualTo(200);
            assertThat(slow.readBytes(LENGTH)).isEqualTo(LENGTH);
            await().untilAsserted(() -> assertThat(drained).isDone());
            assertThat(drained.join().outcome()).isEqualTo(DrainOutcome.IDLE);
            assertThat(drained.join().elapsed().values().stream().reduce(Duration.ZERO, Duration::plus))
                    .isLessThan(Duration.ofSeconds(20));
            assertThat(endless.finish().body()).isEqualTo("opened");
        }
    }

    @Path("/large")
    public static class Large {
        @GET
        public byte[] bytes() {
            return new byte[LENGTH];
        }
    }
}
