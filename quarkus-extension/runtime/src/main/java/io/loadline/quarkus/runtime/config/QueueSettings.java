/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.quarkus.runtime.config;

import static io.loadline.quarkus.runtime.config.Setting.check;
import static io.loadline.quarkus.runtime.config.Setting.key;
import static io.loadline.quarkus.runtime.config.Setting.refused;

import io.loadline.quarkus.runtime.queue.QueueReader;
import io.loadline.quarkus.runtime.queue.QueueReader.Kind;
import io.loadline.signal.Backlog;
import io.loadline.signal.LoadSignal;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Makes backlogs of settings. Stateless. */
public final class QueueSettings {
    private static final String PREFIX = "signal.queues";

    private QueueSettings() {}

    /** Has them count for the load, in an order of their own: that of a map of settings is anybody's. */
    public static void configure(
            LoadSignal.Builder builder, Map<String, SignalConfig.Queue> queues, List<? extends QueueReader> readers) {
        for (Map.Entry<String, SignalConfig.Queue> each : new TreeMap<>(queues).entrySet()) {
            LoadSignal.Builder unused = builder.saturation(backlog(each.getKey(), each.getValue(), readers));
        }
    }

    private static Backlog backlog(String name, SignalConfig.Queue settings, List<? extends QueueReader> readers) {
        String key = key(PREFIX, name);
        Backlog.Source source = source(key, settings, readers);
        // For trial, since it is either the name or the objective that is refused.
        Object unused = check(key, name, () -> Backlog.of(name, Duration.ofMinutes(1), source));
        Duration objective = settings.objective()
                .orElseThrow(() -> refused(
                        key + ".objective",
                        null,
                        "it must be set: how long a backlog may take to clear, such as 1m",
                        null));
        return check(key + ".objective", objective, () -> Backlog.of(name, objective, source));
    }

    private static Backlog.Source source(String key, SignalConfig.Queue settings, List<? extends QueueReader> readers) {
        if (settings.topic().isPresent() && settings.queue().isPresent()) {
            throw refused(
                    key + ".topic and " + key + ".queue",
                    settings.topic().get() + " and " + settings.queue().get(),
                    "one of them must be set, not both",
                    null);
        }
        if (settings.topic().isPresent()) {
            return source(Kind.TOPIC, key + ".topic", settings.topic().get(), "quarkus-messaging-kafka", readers);
        }
        if (settings.queue().isPresent()) {
            return source(Kind.QUEUE, key + ".queue", settings.queue().get(), "quarkus-messaging-rabbitmq", readers);
        }
        throw refused(
                key + ".topic",
                null,
                "it must be set, or " + LoadlineConfig.PREFIX + key + ".queue for RabbitMQ",
                null);
    }

    private static Backlog.Source source(
            Kind kind, String key, String destination, String library, List<? extends QueueReader> readers) {
        if (destination.isBlank()) {
            throw refused(key, destination, "it must not be blank", null);
        }
        return readers.stream()
                .filter(each -> each.kind() == kind)
                .findFirst()
                .orElseThrow(() ->
                        refused(key, destination, "it has no effect without " + library + " in the application", null))
                .source(destination);
    }
}
