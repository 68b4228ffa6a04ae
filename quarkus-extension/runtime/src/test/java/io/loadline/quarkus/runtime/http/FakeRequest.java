/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.quarkus.runtime.http;

import io.vertx.core.AsyncResult;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.impl.ContextInternal;
import io.vertx.ext.web.RoutingContext;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A request without a server: what happens to it the test decides. Not thread-safe. */
final class FakeRequest {
    final HttpConnection connection = fake(HttpConnection.class, Map.of());
    final List<String> writes = new ArrayList<>();
    final Map<Long, Handler<Long>> timers = new TreeMap<>();
    final MultiMap responseHeaders = MultiMap.caseInsensitiveMultiMap();
    final List<Throwable> failures = new ArrayList<>();
    final RoutingContext context;

    /** What is called for whoever serves it. */
    Runnable next = () -> {};

    /** Whether each write has had the connection for itself. */
    boolean connectionHeld = true;

    private final Map<Object, Object> data = new HashMap<>();
    private final List<Handler<AsyncResult<Void>>> endHandlers = new ArrayList<>();
    private final List<Handler<Void>> bodyEndHandlers = new ArrayList<>();
    private boolean ended;
    private int status = 200;
    private long lastTimer;

    FakeRequest() {
        HttpServerResponse response = fake(
                HttpServerResponse.class,
                Map.of(
                        "ended", arguments -> ended,
                        "headers", arguments -> responseHeaders,
                        "getStatusCode", arguments -> status,
                        "setStatusCode",
                                arguments -> write("status " + arguments[0], () -> status = (int) arguments[0]),
                        "putHeader",
                                arguments -> write(
                                        arguments[0].toString(),
                                        () -> responseHeaders.set(arguments[0].toString(), arguments[1].toString())),
                        "setChunked", arguments -> write("chunked " + arguments[0], () -> {}),
                        "end", arguments -> write("end", () -> ended = true)));
        HttpServerRequest request = fake(
                HttpServerRequest.class,
                Map.of(
                        "connection", arguments -> connection,
                        "headers", arguments -> MultiMap.caseInsensitiveMultiMap(),
                        "method", arguments -> HttpMethod.GET,
                        "version", arguments -> HttpVersion.HTTP_1_1,
                        "isEnded", arguments -> true));
        Context loop = fake(ContextInternal.class, Map.of("runOnContext", arguments -> {
            Handler<Void> task = handler(arguments[0]);
            task.handle(null);
            return null;
        }));
        Vertx vertx = fake(
                Vertx.class,
                Map.of(
                        "getOrCreateContext",
                        arguments -> loop,
                        "cancelTimer",
                        arguments -> timers.remove(arguments[0]) != null,
                        "setTimer",
                        arguments -> {
                            timers.put(++lastTimer, handler(arguments[1]));
                            return lastTimer;
                        }));
        Map<String, Function<Object[], @Nullable Object>> answers = new HashMap<>();
        answers.put("vertx", arguments -> vertx);
        answers.put("request", arguments -> request);
        answers.put("response", arguments -> response);
        answers.put("get", arguments -> data.get(arguments[0]));
        answers.put("put", arguments -> data.put(arguments[0], arguments[1]));
        answers.put("remove", arguments -> data.remove(arguments[0]));
        answers.put("addEndHandler", arguments -> add(endHandlers, handler(arguments[0])));
        answers.put("addBodyEndHandler", arguments -> add(bodyEndHandlers, handler(arguments[0])));
        answers.put("removeEndHandler", arguments -> true);
        answers.put("fail", arguments -> failures.add((Throwable) arguments[0]));
        answers.put("next", arguments -> {
            next.run();
            return null;
        });
        context = fake(RoutingContext.class, answers);
    }

    /** The connection goes before there is an answer. */
    void clientGoes() {
        List.copyOf(endHandlers).forEach(each -> each.handle(Future.failedFuture("gone")));
    }

    /** All timers that there are go off. */
    void timePasses() {
        Map<Long, Handler<Long>> due = new TreeMap<>(timers);
        timers.clear();
        due.forEach((id, timer) -> timer.handle(id));
    }

    /** Somebody puts his own in their place. */
    void forgetsListeners() {
        bodyEndHandlers.clear();
    }

    /** Whoever works for it answers. */
    void answers() {
        ended = true;
        bodyEndHandlers.forEach(each -> each.handle(null));
    }

    private @Nullable Object write(String what, Runnable write) {
        connectionHeld &= Thread.holdsLock(connection);
        writes.add(what);
        write.run();
        return null;
    }

    private static <T> int add(List<T> handlers, T handler) {
        handlers.add(handler);
        return handlers.size();
    }

    @SuppressWarnings("unchecked")
    private static <T> Handler<T> handler(Object argument) {
        return (Handler<T>) argument;
    }

    /** Whoever returns itself in the interface does so here; for all else there is nothing, none and no. */
    private static <T> T fake(Class<T> type, Map<String, Function<Object[], @Nullable Object>> answers) {
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(), new Class<?>[] {type}, (self, method, arguments) -> {
                    Function<Object[], @Nullable Object> answer = answers.get(method.getName());
                    Object returned = answer == null ? null : answer.apply(arguments);
                    Class<?> expected = method.getReturnType();
                    if (returned != null && (expected.isPrimitive() || expected.isInstance(returned))) {
                        return returned;
                    }
                    if (expected == boolean.class) {
                        return method.getName().equals("equals") && self == arguments[0];
                    }
                    if (expected == int.class) {
                        return 0;
                    }
                    return expected.isInstance(self) && expected != Object.class ? self : null;
                }));
    }
}
