/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.quarkus.runtime.queue;

import com.rabbitmq.client.Connection;
import io.vertx.core.Vertx;
import io.vertx.rabbitmq.RabbitMQOptions;
import io.vertx.rabbitmq.impl.RabbitMQClientImpl;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Connections to the brokers of channels, by which nothing else is asked. Thread-safe. */
final class RabbitConnections {
    /*
     * The client of Vert.x shares neither its connection nor how it makes one of its options, with all that may be said of
     * certificates and credentials; and it does not tell of consumers. So the connection is made by its own method, of which
     * the build of a native image is told.
     */
    private static final String MAKE = "newConnection";
    private static final int CLOSE_MILLIS = 1000;

    private final Vertx vertx;
    private final Object lock = new Object();

    /** By the options of a client, which are its own. Guarded by the lock. */
    private final Map<RabbitMQOptions, Connection> connections = new IdentityHashMap<>();

    /** Guarded by the lock. */
    private boolean closed;

    RabbitConnections(Vertx vertx) {
        this.vertx = vertx;
    }

    /** One that is open. */
    Connection to(RabbitMQOptions options) throws Exception {
        Connection present = present(options);
        if (present != null) {
            return present;
        }
        // Outside the lock, for which the end of the application would wait.
        Connection made = make(options);
        synchronized (lock) {
            if (!closed && connections.putIfAbsent(options, made) == null) {
                return made;
            }
        }
        made.abort(CLOSE_MILLIS);
        return Objects.requireNonNull(present(options));
    }

    void close() {
        synchronized (lock) {
            closed = true;
            connections.values().forEach(each -> each.abort(CLOSE_MILLIS));
            connections.clear();
        }
    }

    private @Nullable Connection present(RabbitMQOptions options) {
        synchronized (lock) {
            if (closed) {
                throw new IllegalStateException("the application stops");
            }
            Connection present = connections.get(options);
            if (present == null || present.isOpen()) {
                return present;
            }
            connections.remove(options);
            present.abort(CLOSE_MILLIS);
            return null;
        }
    }

    private Connection make(RabbitMQOptions options) throws Exception {
        try {
            Method method = RabbitMQClientImpl.class.getDeclaredMethod(MAKE, Vertx.class, RabbitMQOptions.class);
            method.setAccessible(true);
            return (Connection) method.invoke(null, vertx, options);
        } catch (NoSuchMethodException e) {
            throw new IllegalStateException(
                    "this version of Vert.x' client of RabbitMQ makes connections otherwise", e);
        } catch (InvocationTargetException e) {
            throw e.getTargetException() instanceof Exception cause ? cause : e;
        }
    }
}
