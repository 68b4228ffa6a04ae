/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.quarkus.runtime.method;

import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The guards that the build has found in annotations. Immutable. */
public final class GuardNames {
    /*
     * What stands on clients is asked for with each request. A native executable would know it by reflection only if the build of
     * its image were told of each method; the build of the application has read it all the same.
     */
    private final List<String> names;
    private final Map<String, String> ofClients;
    private final Set<String> clients;

    /**
     * Those of annotations.
     *
     * @param names all of them
     * @param ofClients those of clients by the names of their types, those of their methods by {@link #place}
     */
    public GuardNames(List<String> names, Map<String, String> ofClients) {
        this.names = List.copyOf(names);
        this.ofClients = Map.copyOf(ofClients);
        this.clients = ofClients.keySet().stream()
                .map(place -> place.split("#", 2)[0])
                .collect(Collectors.toUnmodifiableSet());
    }

    /** What a method of a client is known by, of the names that {@link Class#getName} gives. */
    public static String place(String type, String method, List<String> parameters) {
        return type + "#" + method + "(" + String.join(",", parameters) + ")";
    }

    List<String> names() {
        return names;
    }

    /** The name of what guards {@code method} of {@code client}, or else all of the client's methods; null if none does. */
    public @Nullable String ofClient(@Nullable Method method, Class<?> client) {
        String name =
                method == null || !clients.contains(method.getDeclaringClass().getName())
                        ? null
                        : ofClients.get(place(
                                method.getDeclaringClass().getName(),
                                method.getName(),
                                Arrays.stream(method.getParameterTypes())
                                        .map(Class::getName)
                                        .toList()));
        return name == null ? ofClients.get(client.getName()) : name;
    }

    /** Whether it is a client that stands here, or has what one that does declares. */
    public boolean isClient(@Nullable Class<?> type) {
        return type != null
                && (clients.contains(type.getName())
                        || isClient(type.getSuperclass())
                        || Arrays.stream(type.getInterfaces()).anyMatch(this::isClient));
    }
}
