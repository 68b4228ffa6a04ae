/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.config;

import static io.loadline.internal.Checks.checkArgument;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** All knobs, and which of them a key means. Not thread-safe; guarded by its owner's lock. */
final class KnobTable {
    private static final Pattern PLAIN = Pattern.compile("[a-z0-9-]+");
    private static final int MAX_NAME = 200;

    private final Map<String, Knob<?>> byKey = new LinkedHashMap<>();

    /** Whether a name can be part of a key as it is. */
    static boolean isPlain(String name) {
        return PLAIN.matcher(name).matches();
    }

    void add(Knob<?> knob) {
        checkArgument(!byKey.containsKey(knob.key()), "there is a knob of this key already: '%s'", knob.key());
        byKey.put(knob.key(), knob);
    }

    List<Knob<?>> all() {
        return List.copyOf(byKey.values());
    }

    boolean has(Knob<?> knob) {
        return byKey.get(knob.key()) == knob;
    }

    /** What {@code key} means; null if nothing. */
    @Nullable
    Meaning find(String key) {
        Knob<?> plain = byKey.get(key);
        if (plain != null && !plain.hasNames()) {
            return new Meaning(plain, "");
        }
        for (Knob<?> knob : byKey.values()) {
            String name = knob.hasNames() ? name(knob.key(), key) : null;
            if (name != null) {
                return new Meaning(knob, name);
            }
        }
        return null;
    }

    /** Says that {@code key} means nothing, and what may have been meant. */
    SettingProblem unknown(String key, String value) {
        List<String> nearest = Texts.nearest(key, List.copyOf(byKey.keySet()));
        String meant = nearest.isEmpty() ? "" : "; did you mean " + String.join(" or ", nearest) + "?";
        return new SettingProblem(
                key, value, "there is no such setting that can change while the service runs" + meant);
    }

    /**
     * What is said in environment variables, by key: {@code LOADLINE_DRAIN_SETTLEMAX} as frameworks have it, or
     * {@code LOADLINE_DRAIN_SETTLE_MAX}. All other variables are somebody else's.
     */
    Map<String, String> fromEnvironment(Map<String, String> environment) {
        Map<String, String> found = new LinkedHashMap<>();
        for (Knob<?> knob : longestFirst()) {
            for (String form : List.of(knob.key().replace("-", ""), knob.key())) {
                String variable = form.replaceAll("[.-]", "_").toUpperCase(Locale.ROOT);
                if (knob.hasNames()) {
                    addNamed(knob, variable, environment, found);
                } else if (environment.containsKey(variable)) {
                    found.putIfAbsent(knob.key(), environment.get(variable));
                }
            }
        }
        return found;
    }

    /** Otherwise REPORTS_CAP_SHARE were the share of REPORTS_CAP. */
    private List<Knob<?>> longestFirst() {
        List<Knob<?>> knobs = new ArrayList<>(byKey.values());
        knobs.sort(Comparator.comparingInt(knob -> -knob.key().length()));
        return knobs;
    }

    private static void addNamed(
            Knob<?> knob, String variable, Map<String, String> environment, Map<String, String> found) {
        String prefix = variable.substring(0, variable.indexOf('*'));
        String suffix = variable.substring(variable.indexOf('*') + 1);
        environment.forEach((each, value) -> {
            int end = each.length() - suffix.length();
            if (end > prefix.length() && each.startsWith(prefix) && each.endsWith(suffix)) {
                String name = each.substring(prefix.length(), end).toLowerCase(Locale.ROOT);
                boolean isOfLonger = found.keySet().stream()
                        .map(key -> key.replaceAll("[.-]", "_").toUpperCase(Locale.ROOT))
                        .anyMatch(each::equals);
                if (!isOfLonger) {
                    found.putIfAbsent(knob.key(name.replace('_', '-')), value);
                }
            }
        });
    }

    private static @Nullable String name(String pattern, String key) {
        String prefix = pattern.substring(0, pattern.indexOf('*') - 1);
        String suffix = pattern.substring(pattern.indexOf('*') + 1);
        int end = key.length() - suffix.length();
        if (end <= prefix.length() || !key.startsWith(prefix) || !key.endsWith(suffix)) {
            return null;
        }
        String middle = key.substring(prefix.length(), end);
        boolean dotted = middle.startsWith(".");
        String name = dotted ? middle.substring(1) : middle;
        if (name.length() > 2 && name.startsWith("[") && name.endsWith("]")) {
            String inner = name.substring(1, name.length() - 1);
            return inner.isBlank() || inner.length() > MAX_NAME || inner.chars().anyMatch(Character::isISOControl)
                    ? null
                    : inner;
        }
        return dotted && isPlain(name) && name.length() <= MAX_NAME ? name : null;
    }

    /**
     * The knob, and for which name.
     *
     * @param name empty if the knob has none
     */
    record Meaning(Knob<?> knob, String name) {
        String key() {
            return knob.key(name);
        }
    }
}
