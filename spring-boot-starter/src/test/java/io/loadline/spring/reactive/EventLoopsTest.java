/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring.reactive;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.local.LocalIoHandler;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.springframework.boot.web.server.WebServer;
import org.springframework.boot.web.server.reactive.context.ReactiveWebServerApplicationContext;
import org.springframework.boot.web.server.reactive.context.ReactiveWebServerInitializedEvent;
import org.springframework.http.client.ReactorResourceFactory;
import reactor.netty.resources.LoopResources;

class EventLoopsTest {
    private final List<String> asked = new ArrayList<>();
    private final EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, LocalIoHandler.newFactory());
    private final ReactiveWebServerApplicationContext context = new ReactiveWebServerApplicationContext();

    /** Those of clients have no threads for servers, and would get them with the first probe. */
    @Test
    void serverOfSeveralFactories_hasItsOwnLoopsProbed() {
        factory("server", true);
        factory("clients", false);
        start(new NettyWebServer());

        assertThat(asked).containsExactly("server");
    }

    @Test
    void anotherServer_hasNoLoops() {
        factory("clients", false);
        start(new OtherServer());

        assertThat(asked).isEmpty();
    }

    private void factory(String name, boolean primary) {
        context.registerBean(
                name,
                ReactorResourceFactory.class,
                () -> new ReactorResourceFactory() {
                    @Override
                    public LoopResources getLoopResources() {
                        return useNative -> {
                            asked.add(name);
                            return group;
                        };
                    }
                },
                definition -> definition.setPrimary(primary));
    }

    private void start(WebServer server) {
        EventLoops loops = new EventLoops(
                context.getDefaultListableBeanFactory().getBeanProvider(ReactorResourceFactory.class), context);
        loops.onApplicationEvent(new ReactiveWebServerInitializedEvent(server, context));
    }

    /** Known by this name. */
    private static final class NettyWebServer extends OtherServer {}

    private static class OtherServer implements WebServer {
        @Override
        public void start() {}

        @Override
        public void stop() {}

        @Override
        public int getPort() {
            return 1;
        }
    }
}
