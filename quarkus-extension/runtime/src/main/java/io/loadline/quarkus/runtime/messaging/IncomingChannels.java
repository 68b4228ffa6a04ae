/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.quarkus.runtime.messaging;

import io.smallrye.reactive.messaging.ChannelRegistry;
import io.smallrye.reactive.messaging.PausableChannel;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.eclipse.microprofile.config.Config;
import org.eclipse.microprofile.config.ConfigProvider;
import org.jspecify.annotations.Nullable;

/** The channels that bring messages from a connector. Stateless. */
@Singleton
public class IncomingChannels {
    /* One that is consumed several times over is as many channels, told apart by a number; the registry knows the name alone. */
    private static final String INCOMING = "mp.messaging.incoming.";

    private final ChannelRegistry registry;

    @Inject
    IncomingChannels(ChannelRegistry registry) {
        this.registry = registry;
    }

    /** All that can be paused, as there are now. */
    List<Incoming> pausable() {
        List<Incoming> found = new ArrayList<>();
        for (String name : new TreeSet<>(registry.getIncomingNames())) {
            String connector = connector(name);
            List<PausableChannel> parts = parts(name);
            if (connector != null && !parts.isEmpty()) {
                found.add(new Incoming(name, connector, parts));
            }
        }
        return found;
    }

    /** The names of those of connectors that cannot. */
    List<String> others() {
        return new TreeSet<>(registry.getIncomingNames())
                .stream()
                        .filter(name -> connector(name) != null && parts(name).isEmpty())
                        .toList();
    }

    private List<PausableChannel> parts(String name) {
        PausableChannel whole = registry.getPausable(name);
        if (whole != null) {
            return List.of(whole);
        }
        List<PausableChannel> parts = new ArrayList<>();
        PausableChannel part = registry.getPausable(name + "$1");
        while (part != null) {
            parts.add(part);
            part = registry.getPausable(name + "$" + (parts.size() + 1));
        }
        return parts;
    }

    private static @Nullable String connector(String name) {
        Config config = ConfigProvider.getConfig();
        return config.getOptionalValue(INCOMING + name + ".connector", String.class)
                .or(() -> config.getOptionalValue(INCOMING + '"' + name + "\".connector", String.class))
                .orElse(null);
    }

    /**
     * A channel. Immutable.
     *
     * @param name its name
     * @param connector where its messages come from
     * @param parts what is paused, as many as consume it
     */
    record Incoming(String name, String connector, List<PausableChannel> parts) {
        boolean isPaused() {
            return parts.stream().anyMatch(PausableChannel::isPaused);
        }

        void pause() {
            parts.forEach(PausableChannel::pause);
        }

        void resume() {
            parts.forEach(PausableChannel::resume);
        }
    }
}
