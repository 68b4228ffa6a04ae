/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring.servlet;

import io.loadline.drain.LongLivedExchanges;
import io.loadline.time.Registration;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.springframework.beans.factory.config.InstantiationAwareBeanPostProcessor;
import org.springframework.web.servlet.handler.SimpleUrlHandlerMapping;
import org.springframework.web.socket.CloseStatus;
import org.springframework.web.socket.WebSocketHandler;
import org.springframework.web.socket.WebSocketSession;
import org.springframework.web.socket.handler.WebSocketHandlerDecorator;
import org.springframework.web.socket.server.support.WebSocketHttpRequestHandler;
import org.springframework.web.socket.sockjs.support.SockJsHttpRequestHandler;

/** A WebSocket handler, raw or STOMP, whose sessions are closed with status 1001 when the service leaves. Thread-safe. */
final class ToldWebSocketHandler extends WebSocketHandlerDecorator {
    private final String route;
    private final Supplier<LongLivedExchanges> exchanges;
    private final Map<String, Registration> open = new ConcurrentHashMap<>();

    ToldWebSocketHandler(WebSocketHandler delegate, String route, Supplier<LongLivedExchanges> exchanges) {
        super(delegate);
        this.route = route;
        this.exchanges = exchanges;
    }

    @Override
    public void afterConnectionEstablished(WebSocketSession session) throws Exception {
        Registration registration = exchanges.get().tryOpen(route, () -> close(session));
        if (registration == null) {
            session.close(CloseStatus.SERVICE_OVERLOAD);
            return;
        }
        open.put(session.getId(), registration);
        super.afterConnectionEstablished(session);
    }

    @Override
    public void afterConnectionClosed(WebSocketSession session, CloseStatus status) throws Exception {
        Registration registration = open.remove(session.getId());
        if (registration == null) {
            return; // the application has never heard of it
        }
        registration.close();
        super.afterConnectionClosed(session, status);
    }

    private static void close(WebSocketSession session) {
        try {
            session.close(CloseStatus.GOING_AWAY);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Puts itself around each handler that a mapping leads to, before the mapping reads them. Thread-safe. */
    static final class Installer implements InstantiationAwareBeanPostProcessor {
        private final Supplier<LongLivedExchanges> exchanges;

        Installer(Supplier<LongLivedExchanges> exchanges) {
            this.exchanges = exchanges;
        }

        @Override
        public boolean postProcessAfterInstantiation(Object bean, String beanName) {
            if (bean instanceof SimpleUrlHandlerMapping mapping) {
                Map<String, Object> told = new LinkedHashMap<>();
                mapping.getUrlMap().forEach((path, handler) -> told.put(path, told(path, handler)));
                mapping.setUrlMap(told);
            }
            return true;
        }

        private Object told(String path, Object handler) {
            if (handler.getClass() == WebSocketHttpRequestHandler.class) {
                WebSocketHttpRequestHandler bare = (WebSocketHttpRequestHandler) handler;
                WebSocketHttpRequestHandler told = new WebSocketHttpRequestHandler(
                        told(path, bare.getWebSocketHandler()), bare.getHandshakeHandler());
                told.setHandshakeInterceptors(bare.getHandshakeInterceptors());
                return told;
            }
            if (handler.getClass() == SockJsHttpRequestHandler.class) {
                SockJsHttpRequestHandler bare = (SockJsHttpRequestHandler) handler;
                return new SockJsHttpRequestHandler(bare.getSockJsService(), told(path, bare.getWebSocketHandler()));
            }
            return handler;
        }

        private WebSocketHandler told(String path, WebSocketHandler handler) {
            return new ToldWebSocketHandler(handler, "GET " + path, exchanges);
        }
    }
}
