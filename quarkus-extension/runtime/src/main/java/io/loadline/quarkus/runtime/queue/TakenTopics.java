/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.quarkus.runtime.queue;

import java.util.Arrays;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.eclipse.microprofile.config.Config;
import org.jspecify.annotations.Nullable;

/**
 * The topics that a channel takes from. Immutable.
 *
 * @param names their names
 * @param pattern what their names match instead; null if they are named
 */
record TakenTopics(Set<String> names, @Nullable Pattern pattern) {

    /** As the connector reads it in a channel's settings: the channel's own name if nothing is said. */
    static TakenTopics of(String channel, Config settings) {
        String topic = settings.getOptionalValue("topic", String.class).orElse(channel);
        if (settings.getOptionalValue("pattern", Boolean.class).orElse(false)) {
            return new TakenTopics(Set.of(), Pattern.compile(topic));
        }
        return settings.getOptionalValue("topics", String.class)
                .map(all -> Arrays.stream(all.split(",")).map(String::strip).collect(Collectors.toUnmodifiableSet()))
                .map(all -> new TakenTopics(all, null))
                .orElseGet(() -> new TakenTopics(Set.of(topic), null));
    }

    boolean contains(String topic) {
        return pattern == null ? names.contains(topic) : pattern.matcher(topic).matches();
    }
}
