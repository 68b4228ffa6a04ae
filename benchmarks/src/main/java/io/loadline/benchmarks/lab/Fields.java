/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.lab;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * One object of a file, read field by field: what is wrong is told with the place where it is, and a field that nobody asked
 * for is wrong, too. Not thread-safe.
 */
final class Fields {
    private final JsonNode node;
    private final String path;
    private final Set<String> asked = new TreeSet<>();

    Fields(JsonNode node, String path) {
        if (!node.isObject()) {
            throw new IllegalArgumentException(where(path) + "expected fields, found " + node.getNodeType());
        }
        this.node = node;
        this.path = path;
    }

    String text(String name) {
        JsonNode value = required(name);
        if (!value.isString()) {
            throw wrong(name, "a text");
        }
        return value.asString();
    }

    @Nullable
    Duration duration(String name) {
        JsonNode value = value(name);
        return value == null ? null : parsed(name, Durations::parse);
    }

    @Nullable
    Integer whole(String name, int least) {
        JsonNode value = value(name);
        if (value == null) {
            return null;
        }
        if (!value.isIntegralNumber() || value.asInt() < least) {
            throw wrong(name, "a whole number of at least " + least);
        }
        return value.asInt();
    }

    @Nullable
    Double number(String name) {
        JsonNode value = value(name);
        if (value == null) {
            return null;
        }
        if (!value.isNumber() || value.asDouble() < 0) {
            throw wrong(name, "a number of at least 0");
        }
        return value.asDouble();
    }

    boolean flag(String name) {
        JsonNode value = value(name);
        if (value != null && !value.isBoolean()) {
            throw wrong(name, "true or false");
        }
        return value != null && value.asBoolean();
    }

    /** What {@code parser} makes of a text. */
    <T> T parsed(String name, Function<String, T> parser) {
        String text = text(name);
        try {
            return parser.apply(text);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(where(at(name)) + e.getMessage(), e);
        }
    }

    /** The fields of an object inside this one, null without it. */
    @Nullable
    Fields inside(String name) {
        JsonNode value = value(name);
        return value == null ? null : new Fields(value, at(name));
    }

    /** Each element of a list that must not be empty. */
    <T> List<T> each(String name, Function<Fields, T> reader) {
        JsonNode value = required(name);
        if (!value.isArray() || value.isEmpty()) {
            throw wrong(name, "a list of at least one");
        }
        List<T> read = new ArrayList<>();
        int index = 0;
        for (JsonNode element : value) {
            Fields fields = new Fields(element, at(name) + "[" + index++ + "]");
            read.add(reader.apply(fields));
            fields.end();
        }
        return List.copyOf(read);
    }

    /** Values by names, all of which must be in {@code allowed}; empty without the field. */
    <T> Map<String, T> byName(String name, Set<String> allowed, Function<Fields, Function<String, T>> reader) {
        Fields fields = inside(name);
        Map<String, T> read = new LinkedHashMap<>();
        if (fields != null) {
            for (String key : fields.node.propertyNames()) {
                if (!allowed.contains(key)) {
                    throw new IllegalArgumentException(
                            where(fields.path) + "'" + key + "' is none of " + new TreeSet<>(allowed));
                }
                read.put(key, reader.apply(fields).apply(key));
            }
        }
        return Map.copyOf(read);
    }

    /** All has been read: other fields are mistakes. */
    void end() {
        for (String key : node.propertyNames()) {
            if (!asked.contains(key)) {
                throw new IllegalArgumentException(where(path) + "'" + key + "' is unknown here; known are " + asked);
            }
        }
    }

    private @Nullable JsonNode value(String name) {
        asked.add(name);
        JsonNode value = node.get(name);
        return value == null || value.isNull() ? null : value;
    }

    private JsonNode required(String name) {
        JsonNode value = value(name);
        if (value == null) {
            throw new IllegalArgumentException(where(path) + "'" + name + "' is missing");
        }
        return value;
    }

    private IllegalArgumentException wrong(String name, String expected) {
        return new IllegalArgumentException(where(at(name)) + "expected " + expected + ", found " + node.get(name));
    }

    private String at(String name) {
        return path.isEmpty() ? name : path + "." + name;
    }

    private static String where(String path) {
        return path.isEmpty() ? "" : path + ": ";
    }
}
