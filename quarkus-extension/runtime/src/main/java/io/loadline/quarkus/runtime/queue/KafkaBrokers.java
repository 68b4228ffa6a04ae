/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.quarkus.runtime.queue;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.jspecify.annotations.Nullable;

/** The brokers that consumers are connected to, each asked by a client of its own. Thread-safe. */
final class KafkaBrokers {
    private final Object lock = new Object();

    /** By what they were made of. Guarded by the lock. */
    private final Map<Map<String, Object>, Admin> admins = new HashMap<>();

    /** Guarded by the lock. */
    private boolean closed;

    /** The offsets that the broker of a consumer with these settings knows. */
    KafkaOffsets of(Map<String, ?> consumer) {
        return KafkaOffsets.of(admin(settings(consumer)));
    }

    void close() {
        synchronized (lock) {
            closed = true;
            admins.values().forEach(each -> each.close(Duration.ZERO));
            admins.clear();
        }
    }

    /** What leads to the broker, and is not the consumer's alone. */
    private static Map<String, Object> settings(Map<String, ?> consumer) {
        Map<String, Object> settings = new HashMap<>();
        consumer.forEach((key, value) -> {
            if (value != null && AdminClientConfig.configNames().contains(key)) {
                settings.put(key, value);
            }
        });
        settings.put(AdminClientConfig.CLIENT_ID_CONFIG, "loadline");
        return settings;
    }

    /** Made outside the lock, for which the end of the application would wait: names may take their time to resolve. */
    private Admin admin(Map<String, Object> settings) {
        Admin present = present(settings);
        if (present != null) {
            return present;
        }
        Admin made = Admin.create(settings);
        synchronized (lock) {
            if (!closed && admins.putIfAbsent(settings, made) == null) {
                return made;
            }
        }
        made.close(Duration.ZERO);
        return Objects.requireNonNull(present(settings));
    }

    private @Nullable Admin present(Map<String, Object> settings) {
        synchronized (lock) {
            if (closed) {
                throw new IllegalStateException("the application stops");
            }
            return admins.get(settings);
        }
    }
}
