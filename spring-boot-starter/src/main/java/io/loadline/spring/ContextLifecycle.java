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
import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationListener;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.core.Ordered;

/** Ties the life of a {@link Loadline} to that of its application context. Thread-safe. */
final class ContextLifecycle implements SmartLifecycle, ApplicationListener<ContextClosedEvent>, Ordered {
    /*
     * The drain happens in the listener and not in a lifecycle phase: the event comes before any phase is stopped, so
     * servers, consumers and schedulers still run while traffic ends, and the first listener in order holds up all
     * others. It must be synchronous for that.
     *
     * The lifecycle is the outer bracket: lowest phase, hence started first and stopped last, after the web server. A
     * context that is stopped without being closed, for a checkpoint or in a test, has not left and may start again.
     */
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
    }

    @Override
    public void onApplicationEvent(ContextClosedEvent event) {
        if (event.getApplicationContext() != context) {
            return; // a child, such as the management context
        }
        // Nobody else routes to this process unless it served, and whoever closes the context of a running JVM waits.
        boolean routed = loadline.availability().state() == ServiceState.READY && TerminationSignal.isShuttingDown();
        DrainResult unused = loadline.drain().drain("context closed", routed ? Settling.WAIT : Settling.SKIP);
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
        return Integer.MIN_VALUE;
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
