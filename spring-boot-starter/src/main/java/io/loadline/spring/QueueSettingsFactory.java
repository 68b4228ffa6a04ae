/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring;

import io.loadline.signal.Backlog;
import io.loadline.spring.LoadlineProperties.QueueSettings;
import io.loadline.spring.internal.InvalidSettingException;
import io.loadline.spring.internal.QueueReader;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Makes backlogs of settings. Stateless. */
final class QueueSettingsFactory {
    private static final String PREFIX = "loadline.signal.queues";
    private static final Pattern PLAIN = Pattern.compile("[a-z0-9_-]+");

    private QueueSettingsFactory() {}

    /** In an order of their own: that of a map of settings is anybody's. */
    static List<Backlog> backlogs(Map<String, QueueSettings> settings, List<QueueReader> readers) {
        return new TreeMap<>(settings)
                .entrySet().stream()
                        .map(each -> backlog(each.getKey(), each.getValue(), readers))
                        .toList();
    }

    private static Backlog backlog(String name, QueueSettings settings, List<QueueReader> readers) {
        String key = PLAIN.matcher(name).matches() ? PREFIX + "." + name : PREFIX + "[" + name + "]";
        Backlog.Source source = source(key, settings.topic(), settings.queue(), readers);
        // For trial, since it is either the name or the objective that is refused.
        Object unused = LoadlineFactory.check(key, name, () -> Backlog.of(name, Duration.ofMinutes(1), source));
        Duration objective = settings.objective();
        if (objective == null) {
            throw new InvalidSettingException(
                    key + ".objective", null, "it must be set: how long a backlog may take to clear, such as 1m", null);
        }
        return LoadlineFactory.check(key + ".objective", objective, () -> Backlog.of(name, objective, source));
    }

    private static Backlog.Source source(
            String key, @Nullable String topic, @Nullable String queue, List<QueueReader> readers) {
        if (topic != null && queue != null) {
            throw new InvalidSettingException(
                    key + ".topic and " + key + ".queue",
                    topic + " and " + queue,
                    "one of them must be set, not both",
                    null);
        }
        if (topic != null) {
            return source(QueueReader.Kind.TOPIC, key + ".topic", topic, "spring-kafka", readers);
        }
        if (queue != null) {
            return source(QueueReader.Kind.QUEUE, key + ".queue", queue, "spring-rabbit", readers);
        }
        throw new InvalidSettingException(
                key + ".topic", null, "it must be set, or " + key + ".queue for RabbitMQ", null);
    }

    private static Backlog.Source source(
            QueueReader.Kind kind, String key, String destination, String library, List<QueueReader> readers) {
        if (destination.isBlank()) {
            throw new InvalidSettingException(key, destination, "it must not be blank", null);
        }
        return readers.stream()
                .filter(each -> each.kind() == kind)
                .findFirst()
                .orElseThrow(() -> new InvalidSettingException(
                        key, destination, "it has no effect without " + library + " in the application", null))
                .source(destination);
    }
}
