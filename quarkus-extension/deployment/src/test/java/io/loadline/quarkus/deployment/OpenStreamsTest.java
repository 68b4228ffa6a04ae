/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.quarkus.deployment;

import static org.assertj.core.api.Assertions.assertThat;

import io.loadline.Loadline;
import io.loadline.drain.DrainCoordinator.Settling;
import io.loadline.drain.DrainOutcome;
import io.loadline.drain.DrainResult;
import io.loadline.limit.LimiterStats;
import io.quarkus.test.QuarkusUnitTest;
import io.quarkus.test.common.http.TestHTTPResource;
import jakarta.inject.Inject;
import java.io.InputStream;
import java.net.URI;
import java.net.URL;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A drain lasts until all answers have gone out that HTTP/2 holds back, since their clients have no room for them yet. */
class OpenStreamsTest {
    @RegisterExtension
    static final QuarkusUnitTest SERVICE = new QuarkusUnitTest()
            .withApplicationRoot(jar -> jar.addClasses(HeldResource.class, Held.class, OpenAnswersTest.Large.class))
            .overrideConfigKey("quarkus.http.test-port", "0");

    @Inject
    Loadline loadline;

    @TestHTTPResource
    URL url;

    @Test
    void drain_lastsUntilClientsHaveTheirAnswers() throws Exception {
        HttpClient client =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_2).build();
        LimiterStats before = loadline.limiter().stats();
        HttpResponse<String> first = client.send(request("/orders/1"), BodyHandlers.ofString());
        assertThat(first.version()).isEqualTo(HttpClient.Version.HTTP_2);
        HttpResponse<InputStream> slow = client.send(request("/large"), BodyHandlers.ofInputStream());
        Held.awaitEnded(loadline, before, new LimiterStats(2, 0, 0, 0, 0, 0));

        CompletableFuture<DrainResult> drained =
                loadline.drain().drainAsync("test", Settling.SKIP).toCompletableFuture();

        try (InputStream body = slow.body()) {
            // The client's window, 16 MB, does not reach the end of what is left, so the server still has some of it.
            assertThat(body.readNBytes(OpenAnswersTest.LENGTH / 2)).hasSize(OpenAnswersTest.LENGTH / 2);
            assertThat(drained).isNotDone();
            assertThat(body.readAllBytes()).hasSize(OpenAnswersTest.LENGTH / 2);
        }
        assertThat(drained)
                .succeedsWithin(Duration.ofSeconds(10))
                .satisfies(result -> assertThat(result.outcome()).isEqualTo(DrainOutcome.IDLE));
    }

    private HttpRequest request(String path) {
        return HttpRequest.newBuilder(URI.create("http://localhost:" + url.getPort() + path))
                .build();
    }
}
