/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.quarkus.runtime;

import io.loadline.Loadline;
import io.loadline.availability.ServiceState;
import io.loadline.availability.StateChange;
import io.loadline.drain.DrainCoordinator.Settling;
import io.loadline.quarkus.runtime.config.LoadlineConfig;
import io.loadline.startup.StageOutcome;
import io.quarkus.runtime.LaunchMode;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The service's drain, when its application stops. Thread-safe. */
@Singleton
public class ServiceDrain {
    private static final Logger LOG = LoggerFactory.getLogger(ServiceDrain.class);
    private static final long STAGE_PATIENCE_MILLIS = 500;

    /** In case nothing beats any more: whoever waits must not wait for ever. */
    private static final Duration BEYOND_THE_DEADLINE = Duration.ofSeconds(1);

    private final Loadline loadline;
    private final LoadlineConfig config;

    @Inject
    ServiceDrain(Loadline loadline, LoadlineConfig config) {
        this.loadline = loadline;
        this.config = config;
    }

    /** Begins it; the stage completes when the server may be closed. */
    CompletionStage<?> begin() {
        if (!config.enabled()) {
            return CompletableFuture.completedStage(true);
        }
        // Nobody else routes to this process unless it served, and in tests and live reloads somebody waits.
        LaunchMode mode = LaunchMode.current();
        boolean routed = mode == LaunchMode.NORMAL && served();
        CompletableFuture<Boolean> drained = loadline.drain()
                .drainAsync("application stops", routed ? Settling.WAIT : Settling.SKIP)
                .toCompletableFuture()
                .handle((result, failure) -> true);
        if (mode == LaunchMode.DEVELOPMENT) {
            loadline.drain().abort();
        }
        long atMost =
                loadline.drain().times().deadline().plus(BEYOND_THE_DEADLINE).toMillis();
        return drained.completeOnTimeout(false, atMost, TimeUnit.MILLISECONDS).thenCompose(over -> cancelledStage());
    }

    /** One that broke while it was ready is routed to until the platform has noticed. */
    private boolean served() {
        StateChange last = loadline.availability().lastChange();
        return last.to() == ServiceState.READY
                || (last.to() == ServiceState.BROKEN && last.from() == ServiceState.READY);
    }

    /** A stage that was cancelled may still use beans: it has a moment to notice before they are destroyed. */
    private CompletionStage<?> cancelledStage() {
        return loadline.startup()
                .whenEnded()
                .toCompletableFuture()
                .handle((report, failure) -> true)
                .completeOnTimeout(false, STAGE_PATIENCE_MILLIS, TimeUnit.MILLISECONDS)
                .thenAccept(this::tell);
    }

    private void tell(boolean ended) {
        if (!ended) {
            loadline.startup().report().stages().stream()
                    .filter(stage -> stage.outcome() == StageOutcome.RUNNING)
                    .forEach(stage -> LOG.warn(
                            "Startup: stage '{}' goes on although it was cancelled; it is left behind", stage.name()));
        }
    }
}
