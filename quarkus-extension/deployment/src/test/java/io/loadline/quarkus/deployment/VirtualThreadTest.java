/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.quarkus.deployment;

import static org.assertj.core.api.Assertions.assertThat;

import io.loadline.Loadline;
import io.loadline.limit.CallContext;
import io.loadline.limit.LimiterStats;
import io.loadline.limit.Outcome;
import io.loadline.testing.Gate;
import io.loadline.testing.Wire;
import io.quarkus.builder.BuildChainBuilder;
import io.quarkus.resteasy.reactive.server.spi.TargetJavaVersionBuildItem;
import io.quarkus.test.QuarkusUnitTest;
import io.quarkus.test.common.http.TestHTTPResource;
import io.smallrye.common.annotation.RunOnVirtualThread;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import java.net.URL;
import org.jboss.resteasy.reactive.common.processor.TargetJavaVersion.Status;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A request on a virtual thread is limited as any other. */
@EnabledForJreRange(min = JRE.JAVA_21)
class VirtualThreadTest {
    @RegisterExtension
    static final QuarkusUnitTest SERVICE = new QuarkusUnitTest()
            .withApplicationRoot(jar -> jar.addClasses(Virtual.class, HeldResource.class, Held.class))
            .addBuildChainCustomizer(VirtualThreadTest::targetTheRunningVersion)
            .overrideConfigKey("quarkus.http.test-port", "0")
            .overrideConfigKey("quarkus.loadline.limit.algorithm", "fixed")
            .overrideConfigKey("quarkus.loadline.limit.initial", "1");

    @Inject
    Loadline loadline;

    @TestHTTPResource
    URL url;

    /** The classes of this test are compiled for one without virtual threads. */
    private static void targetTheRunningVersion(BuildChainBuilder chain) {
        chain.addBuildStep(context -> context.produce(new TargetJavaVersionBuildItem(() -> Status.TRUE)))
                .produces(TargetJavaVersionBuildItem.class)
                .build();
    }

    @Test
    void request_onAVirtualThread_isInFlightUntilItIsAnswered() {
        LimiterStats before = loadline.limiter().stats();
        try (Held held = new Held(loadline, url.getPort(), "/virtual", "Criticality: sheddable")) {
            assertThat(Wire.get(url.getPort(), "/virtual?gate=never").status()).isEqualTo(503);
            assertThat(held.finish().body()).startsWith("VirtualThread").endsWith("SHEDDABLE");
        }
        Held.awaitEnded(loadline, before, new LimiterStats(1, 0, 0, 0, 1, 0));
    }

    @Test
    void client_thatGoes_keepsItsPlaceUntilItsThreadIsDone() {
        LimiterStats before = loadline.limiter().stats();
        String gate = Gate.newName();
        Wire wire = new Wire(url.getPort()).send("GET", "/virtual?gate=" + gate);
        Gate.of(gate).awaitArrival();
        wire.abort();
        Gate.of(gate + "-gone").awaitArrival();
        assertThat(loadline.limiter().inFlight()).isOne();
        Gate.of(gate).open();
        Held.awaitEnded(loadline, before, Held.one(Outcome.IGNORED));
    }

    @Path("/virtual")
    public static class Virtual {
        @GET
        @RunOnVirtualThread
        public String held(@QueryParam("gate") String gate, @Context RoutingContext request) {
            HeldResource.tellWhenGone(gate, request);
            Gate.of(gate).pass();
            return Thread.currentThread() + " " + CallContext.current().criticality();
        }
    }
}
