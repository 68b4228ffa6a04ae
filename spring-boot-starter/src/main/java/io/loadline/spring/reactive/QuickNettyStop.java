/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring.reactive;

import io.loadline.Loadline;
import java.time.Duration;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationListener;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.http.client.ReactorResourceFactory;

/** Lets a service that never was ready stop at once. Thread-safe. */
final class QuickNettyStop implements ApplicationListener<ContextClosedEvent> {
    /*
     * Netty's event loops end when nothing has been given to them for two seconds: so long would a start that was
     * cancelled last, although nobody was ever sent to it.
     */
    private final Loadline loadline;
    private final ObjectProvider<ReactorResourceFactory> resources;
    private final ApplicationContext context;

    QuickNettyStop(Loadline loadline, ObjectProvider<ReactorResourceFactory> resources, ApplicationContext context) {
        this.loadline = loadline;
        this.resources = resources;
        this.context = context;
    }

    @Override
    public void onApplicationEvent(ContextClosedEvent event) {
        if (event.getApplicationContext() == context
                && loadline.startup().report().readyAfter().isEmpty()) {
            resources.stream().forEach(each -> each.setShutdownQuietPeriod(Duration.ZERO));
        }
    }

    /** On the thread that closes the context, before the event loops are stopped. */
    @Override
    public boolean supportsAsyncExecution() {
        return false;
    }
}
