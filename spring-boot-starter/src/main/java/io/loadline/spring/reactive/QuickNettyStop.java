/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring.reactive;

import java.time.Duration;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationListener;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.http.client.ReactorResourceFactory;

/** Lets Netty's event loops end at once, when a drain has waited for all they did. Thread-safe. */
final class QuickNettyStop implements ApplicationListener<ContextClosedEvent> {
    /** Who has set this has a reason, and it holds. */
    private static final String SETTING = "spring.reactor.netty.shutdown-quiet-period";

    private final ObjectProvider<ReactorResourceFactory> resources;
    private final ApplicationContext context;

    /*
     * By default the loops end when nothing has been given to them for two seconds: so long would each stop take longer,
     * and that of a start that was cancelled, although nobody was ever sent to it.
     */
    QuickNettyStop(ObjectProvider<ReactorResourceFactory> resources, ApplicationContext context) {
        this.resources = resources;
        this.context = context;
    }

    @Override
    public void onApplicationEvent(ContextClosedEvent event) {
        if (event.getApplicationContext() == context
                && !context.getEnvironment().containsProperty(SETTING)) {
            resources.stream().forEach(each -> each.setShutdownQuietPeriod(Duration.ZERO));
        }
    }

    /** On the thread that closes the context, before the event loops are stopped. */
    @Override
    public boolean supportsAsyncExecution() {
        return false;
    }
}
