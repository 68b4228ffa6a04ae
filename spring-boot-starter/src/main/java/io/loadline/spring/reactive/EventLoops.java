/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring.reactive;

import io.loadline.signal.LagProbe;
import io.netty.channel.EventLoopGroup;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.web.server.context.WebServerInitializedEvent;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationListener;
import org.springframework.http.client.ReactorResourceFactory;
import reactor.netty.resources.LoopResources;

/** The event loops of Reactor Netty, once the application is served by them. Thread-safe. */
final class EventLoops implements ApplicationListener<WebServerInitializedEvent> {
    /*
     * Not before, not under another server, and not those of clients: loops that nobody uses have no threads, and would get
     * them with the first task. The server takes the one or primary factory, too. Not while they shut down, which they do when nobody has given them a task for a while. The server's class is
     * known by name, since its module need not be there.
     */
    private static final String SERVER = "NettyWebServer";

    private final ObjectProvider<ReactorResourceFactory> resources;
    private final ApplicationContext context;

    /** Written when the server has started, read by the probe. */
    private volatile List<EventLoopGroup> groups = List.of();

    EventLoops(ObjectProvider<ReactorResourceFactory> resources, ApplicationContext context) {
        this.resources = resources;
        this.context = context;
    }

    LagProbe probe() {
        return LagProbe.of("event_loop", this::running);
    }

    @Override
    public void onApplicationEvent(WebServerInitializedEvent event) {
        if (event.getApplicationContext() != context
                || !event.getWebServer().getClass().getSimpleName().equals(SERVER)) {
            return;
        }
        ReactorResourceFactory ofTheServer = resources.getIfUnique();
        groups = ofTheServer == null
                ? List.of()
                : List.of(ofTheServer.getLoopResources().onServer(LoopResources.DEFAULT_NATIVE));
    }

    private List<Executor> running() {
        List<Executor> running = new ArrayList<>();
        for (EventLoopGroup group : groups) {
            if (!group.isShuttingDown()) {
                Iterable<? extends Executor> loops = group;
                loops.forEach(running::add);
            }
        }
        return running;
    }
}
