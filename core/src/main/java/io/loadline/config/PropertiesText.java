/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.config;

import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The JDK's reader of properties, but for what it does with a key that is there twice: the last value silently wins. */
final class PropertiesText extends Properties {
    private static final long serialVersionUID = 1L;

    private final transient Map<String, String> read = new TreeMap<>();
    private final transient List<SettingProblem> problems;

    private PropertiesText(List<SettingProblem> problems) {
        this.problems = problems;
    }

    /**
     * What {@code text} says.
     *
     * @throws IllegalArgumentException if it is not in the format
     */
    static Map<String, String> read(String text, List<SettingProblem> problems) {
        PropertiesText properties = new PropertiesText(problems);
        try {
            properties.load(new StringReader(text));
        } catch (IOException e) {
            throw new UncheckedIOException("a text is there", e);
        }
        return properties.read;
    }

    @Override
    public synchronized @Nullable Object put(Object key, Object value) {
        String before = read.put(key.toString(), value.toString());
        if (before != null) {
            problems.add(new SettingProblem(key.toString(), value.toString(), "it must be there once"));
        }
        return before;
    }
}
