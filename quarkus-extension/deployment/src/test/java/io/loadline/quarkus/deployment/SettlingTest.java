/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.quarkus.deployment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.loadline.Loadline;
import io.loadline.availability.ServiceState;
import io.loadline.drain.DrainCoordinator.Settling;
import io.loadline.drain.DrainPhase;
import io.loadline.testing.Gate;
import io.loadline.testing.Wire;
import io.loadline.testing.Wire.Answer;
import io.quarkus.test.QuarkusUnitTest;
import io.quarkus.test.common.http.TestHTTPResource;
import jakarta.inject.Inject;
import java.net.URL;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** While a drain settles everything is still served. */
class SettlingTest {
    @RegisterExtension
    static final QuarkusUnitTest SERVICE = new QuarkusUnitTest()
            .withApplicationRoot(jar -> jar.addClasses(HeldResource.class, Held.class))
            .overrideConfigKey("quarkus.http.test-port", "0")
            .overrideConfigKey("quarkus.loadline.drain.quiet", "8s")
            .overrideConfigKey("quarkus.loadline.drain.settle-max", "8s");

    @Inject
    Loadline loadline;

    @TestHTTPResource
    URL url;

    /** A browser does not come back to one that was refused. */
    @Test
    void eventStream_thatIsOpenedWhileSettling_beginsAndEnds() {
        await().until(() -> loadline.availability().state() == ServiceState.READY);
        loadline.drain().drainAsync("test", Settling.WAIT);
        assertThat(loadline.drain().phase()).isEqualTo(DrainPhase.SETTLING);

        try (Wire events = new Wire(url.getPort())) {
            Answer answer = events.send("GET", "/sse?gate=" + Gate.newName()).read("GET");
            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.header("content-type")).startsWith("text/event-stream");
            assertThat(answer.body()).doesNotContain("opened");
            assertThat(events.isClosedByServer()).isTrue();
        }
        loadline.drain().abort();
    }
}
