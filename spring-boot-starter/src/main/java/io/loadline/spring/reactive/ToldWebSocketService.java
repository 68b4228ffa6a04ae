/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring.reactive;

import io.loadline.drain.AdmittedExchange;
import io.loadline.time.Registration;
import java.util.List;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.web.reactive.socket.CloseStatus;
import org.springframework.web.reactive.socket.WebSocketHandler;
import org.springframework.web.reactive.socket.WebSocketSession;
import org.springframework.web.reactive.socket.server.WebSocketService;
import org.springframework.web.reactive.socket.server.support.WebSocketHandlerAdapter;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

/** Upgrades to WebSockets that are closed with status 1001 when the service leaves. Thread-safe. */
final class ToldWebSocketService implements WebSocketService {
    /** The attribute of an exchange with its {@link AdmittedExchange}. */
    static final String ADMISSION = AdmittedExchange.class.getName();

    private final WebSocketService delegate;

    private ToldWebSocketService(WebSocketService delegate) {
        this.delegate = delegate;
    }

    @Override
    public Mono<Void> handleRequest(ServerWebExchange exchange, WebSocketHandler handler) {
        AdmittedExchange admission = exchange.getAttribute(ADMISSION);
        return delegate.handleRequest(exchange, admission == null ? handler : new ToldHandler(admission, handler));
    }

    /** Tells its session to go. Thread-safe. */
    private record ToldHandler(AdmittedExchange admission, WebSocketHandler delegate) implements WebSocketHandler {

        @Override
        public List<String> getSubProtocols() {
            return delegate.getSubProtocols();
        }

        @Override
        public Mono<Void> handle(WebSocketSession session) {
            Registration open =
                    admission.detach(() -> session.close(CloseStatus.GOING_AWAY).subscribe());
            if (open == null) {
                return session.close(CloseStatus.SERVICE_OVERLOAD);
            }
            // For some servers the upgrade is the end of the exchange, for others the end of the session is.
            return Mono.defer(() -> delegate.handle(session)).doFinally(end -> open.close());
        }
    }

    /** Puts itself around the service of each adapter. Stateless. */
    static final class Installer implements BeanPostProcessor {

        @Override
        public Object postProcessAfterInitialization(Object bean, String beanName) {
            if (bean.getClass() != WebSocketHandlerAdapter.class) {
                return bean;
            }
            WebSocketHandlerAdapter adapter = (WebSocketHandlerAdapter) bean;
            WebSocketHandlerAdapter told =
                    new WebSocketHandlerAdapter(new ToldWebSocketService(adapter.getWebSocketService()));
            told.setOrder(adapter.getOrder());
            return told;
        }
    }
}
