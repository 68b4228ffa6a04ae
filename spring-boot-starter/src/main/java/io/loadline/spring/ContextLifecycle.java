/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring;

import io.loadline.Loadline;
import io.loadline.availability.ServiceState;
import io.loadline.availability.StateChange;
import io.loadline.drain.DrainCoordinator.Settling;
import io.loadline.drain.DrainPhase;
import io.loadline.drain.DrainResult;
import io.loadline.drain.TerminationSignal;
import io.loadline.startup.StageOutcome;
import io.loadline.time.Registration;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ApplicationListener;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.core.Ordered;

/** Ties the life of a {@link Loadline} to that of its application context. Thread-safe. */
final class ContextLifecycle
        implements SmartLifecycle, ApplicationListener<ContextClosedEvent>, Ordered, DisposableBean {
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
    private static final Duration STAGE_PATIENCE = Duration.ofMillis(500);

    /** By name: its class is not there in an application without a web server. */
    private static final String WEB_SERVER = "webServerStartStop";

    private final Loadline loadline;
    private final ConfigurableApplicationContext context;
    private volatile boolean running;

    /** Written when the drain is over, by the thread that closes the context; read by the same. */
    private Registration grace = () -> {};

    ContextLifecycle(Loadline loadline, ConfigurableApplicationContext context) {
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
        boolean routed = context.containsBean(WEB_SERVER) && served() && TerminationSignal.isShuttingDown();
        DrainResult result = loadline.drain().drain("context closed", routed ? Settling.WAIT : Settling.SKIP);
        awaitStage();
        grace = Grace.limit(context, loadline.drain(), result, loadline.heartbeat());
    }

    /** One that broke while it was ready is routed to until the platform has noticed. */
    private boolean served() {
        StateChange last = loadline.availability().lastChange();
        return last.to() == ServiceState.READY
                || (last.to() == ServiceState.BROKEN && last.from() == ServiceState.READY);
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

    @Override
    public void stop() {
        running = false;
        if (loadline.drain().phase() == DrainPhase.CLOSING) {
            loadline.drain().closed();
        }
    }

    /** A Loadline of the application's own may outlive the context. */
    @Override
    public void destroy() {
        grace.close();
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
