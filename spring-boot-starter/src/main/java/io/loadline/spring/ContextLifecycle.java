/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring;

import io.loadline.Loadline;
import io.loadline.availability.ServiceState;
import io.loadline.drain.DrainCoordinator.Settling;
import io.loadline.drain.DrainPhase;
import io.loadline.drain.DrainResult;
import io.loadline.drain.TerminationSignal;
import io.loadline.drain.UnfinishedCall;
import io.loadline.startup.StageOutcome;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationListener;
import org.springframework.context.LifecycleProcessor;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.support.AbstractApplicationContext;
import org.springframework.context.support.DefaultLifecycleProcessor;
import org.springframework.core.Ordered;

/** Ties the life of a {@link Loadline} to that of its application context. Thread-safe. */
final class ContextLifecycle implements SmartLifecycle, ApplicationListener<ContextClosedEvent>, Ordered {
    /*
     * The drain happens in the listener and not in a lifecycle phase: the event comes before any phase is stopped, so
     * servers, consumers and schedulers still run while traffic ends, and the first listener in order holds up all
     * others. It must be synchronous for that.
     *
     * The lifecycle brackets the web server: started right before it and stopped right after it. Not later, since what
     * comes then takes its time, Netty's event loops for example two seconds, and is nothing that anybody waits for. A
     * context that is stopped without being closed, for a checkpoint or in a test, has not left and may start again.
     */
    private static final Logger LOG = LoggerFactory.getLogger(ContextLifecycle.class);
    private static final long LAST_MILLIS = 100;
    private static final Duration STAGE_PATIENCE = Duration.ofMillis(500);
    private static final Duration GRACE_OF_OTHERS = Duration.ofSeconds(1);
    private static final String PHASE_TIMEOUT = "spring.lifecycle.timeout-per-shutdown-phase";
    private static final Duration PHASE_TIMEOUT_DEFAULT = Duration.ofSeconds(30);

    /** By name: its class is not there in an application without a web server. */
    private static final String WEB_SERVER = "webServerStartStop";

    private final Loadline loadline;
    private final ApplicationContext context;
    private volatile boolean running;

    ContextLifecycle(Loadline loadline, ApplicationContext context) {
        this.loadline = loadline;
        this.context = context;
    }

    @Override
    public void start() {
        Loadline unused = loadline.start();
        running = true;
        if ("immediate".equalsIgnoreCase(context.getEnvironment().getProperty("server.shutdown"))) {
            LOG.warn("server.shutdown=immediate cuts off responses that are being written when the drain ends;"
                    + " set it to graceful, the default");
        }
    }

    @Override
    public void onApplicationEvent(ContextClosedEvent event) {
        if (event.getApplicationContext() != context) {
            return; // a child, such as the management context
        }
        // Nobody else routes to this process unless it served, and whoever closes the context of a running JVM waits.
        boolean routed = context.containsBean(WEB_SERVER)
                && loadline.availability().state() == ServiceState.READY
                && TerminationSignal.isShuttingDown();
        DrainResult result = loadline.drain().drain("context closed", routed ? Settling.WAIT : Settling.SKIP);
        awaitStage();
        limitGrace(result);
    }

    /** A stage that was cancelled may still use beans: it has a moment to notice before they are destroyed. */
    private void awaitStage() {
        try {
            if (!loadline.startup().awaitEnd(STAGE_PATIENCE)) {
                loadline.startup().report().stages().stream()
                        .filter(stage -> stage.outcome() == StageOutcome.RUNNING)
                        .forEach(stage -> LOG.warn(
                                "Startup: stage '{}' goes on although it was cancelled; it is left behind",
                                stage.name()));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * What is stopped now waits again: the server for requests that the limiter does not count, executors and consumers
     * for what would not finish. They have what is left of the one deadline, or a moment if that has passed or if there
     * are exchanges that were told to go and do not: nobody waits for these.
     */
    private void limitGrace(DrainResult result) {
        LifecycleProcessor processor =
                context.getBean(AbstractApplicationContext.LIFECYCLE_PROCESSOR_BEAN_NAME, LifecycleProcessor.class);
        if (processor instanceof DefaultLifecycleProcessor phases) {
            Duration left = loadline.drain().progress().remaining();
            Duration allowed = Binder.get(context.getEnvironment())
                    .bind(PHASE_TIMEOUT, Duration.class)
                    .orElse(PHASE_TIMEOUT_DEFAULT);
            if (result.unfinished().stream().anyMatch(UnfinishedCall::longLived)) {
                allowed = GRACE_OF_OTHERS;
            }
            long millis = Math.max(LAST_MILLIS, left.compareTo(allowed) < 0 ? left.toMillis() : allowed.toMillis());
            phases.setTimeoutPerShutdownPhase(millis);
            phases.setTimeoutForShutdownPhase(WebServerApplicationContext.GRACEFUL_SHUTDOWN_PHASE, millis);
        }
    }

    @Override
    public void stop() {
        running = false;
        if (loadline.drain().phase() == DrainPhase.CLOSING) {
            loadline.drain().closed();
        }
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    @Override
    public boolean isPauseable() {
        return false;
    }

    @Override
    public int getPhase() {
        return WebServerApplicationContext.START_STOP_LIFECYCLE_PHASE - 1;
    }

    @Override
    public int getOrder() {
        return HIGHEST_PRECEDENCE;
    }

    @Override
    public boolean supportsAsyncExecution() {
        return false;
    }
}
