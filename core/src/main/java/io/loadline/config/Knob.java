/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.config;

import static io.loadline.internal.Checks.checkArgument;

import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.StringJoiner;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One setting that can change while the service runs: its key, how it is written and what is allowed. Immutable.
 *
 * <p>A key with a {@code *} for a name, such as {@code loadline.limit.routes.*.share}, stands for one setting for each name.
 *
 * @param <T> the type of its values, which must have a meaningful {@code equals}
 */
public final class Knob<T> {
    /** What a value may be written as to mean that of the start. */
    static final String DEFAULT = "default";

    private static final String ANY_NAME = "*";
    private static final Pattern KEY = Pattern.compile("loadline(\\.([a-z0-9-]+|\\*))+");

    private final String key;
    private final String allowed;
    private final Parser<? extends T> parser;
    private final Function<? super T, String> format;

    /** By name; the name of what has none is empty. */
    private final Supplier<Map<String, T>> start;

    private Knob(
            String key,
            String allowed,
            Parser<? extends T> parser,
            Function<? super T, String> format,
            Supplier<Map<String, T>> start) {
        this.key = key;
        this.allowed = allowed;
        this.parser = parser;
        this.format = format;
        this.start = start;
    }

    /**
     * A knob of your own.
     *
     * @param key lower-case words of letters, digits and hyphens, separated by dots; begins with {@code loadline.}
     * @param allowed completes the sentence "it must be ..."
     * @param parser makes a value of its text; what it throws means that the text is not allowed
     * @param format the text of a value, which is parsed to the same
     * @throws IllegalArgumentException if the key is none
     */
    public static <T> Knob<T> of(
            String key, String allowed, Parser<? extends T> parser, Function<? super T, String> format) {
        checkArgument(
                KEY.matcher(key).matches() && key.indexOf('*') == key.lastIndexOf('*'),
                "a key must be words such as loadline.limit.max, at most one of them *: '%s'",
                key);
        return new Knob<>(key, allowed, parser, format, Map::of);
    }

    /** A whole number between {@code min} and {@code max}. */
    public static Knob<Integer> integer(String key, int min, int max) {
        String range = max == Integer.MAX_VALUE
                ? "a whole number of at least " + min
                : "a whole number between " + min + " and " + max;
        return of(key, range, text -> checkRange(Integer.valueOf(text), min, max), String::valueOf);
    }

    /** A number from {@code min} to {@code max}, where {@code allowed} may say more about the bounds. */
    public static Knob<Double> ratio(String key, double min, double max, String allowed) {
        return of(key, allowed, text -> checkRange(Double.valueOf(text), min, max), String::valueOf);
    }

    /** A duration from {@code min} to {@code max}, such as {@code 500ms}, {@code 10s} or {@code PT1.5S}. */
    public static Knob<Duration> duration(String key, Duration min, Duration max) {
        return of(
                key,
                "a duration between " + Texts.duration(min) + " and " + Texts.duration(max) + ", such as 500ms or 10s",
                text -> checkRange(Texts.parseDuration(text), min, max),
                Texts::duration);
    }

    /** Yes or no. */
    public static Knob<Boolean> bool(String key) {
        return of(
                key,
                "true or false",
                text -> switch (text.toLowerCase(Locale.ROOT)) {
                    case "true" -> true;
                    case "false" -> false;
                    default -> throw new IllegalArgumentException(text);
                },
                String::valueOf);
    }

    /** A constant of {@code type}, in lower case with hyphens. */
    public static <E extends Enum<E>> Knob<E> choice(String key, Class<E> type) {
        E[] constants = type.getEnumConstants();
        return of(
                key,
                "one of " + names(constants),
                text -> Enum.valueOf(type, text.toUpperCase(Locale.ROOT).replace('-', '_')),
                Knob::name);
    }

    /** The same with a value to begin with, read when the knob is registered; without one, or if it is null, there is none. */
    public Knob<T> start(Supplier<? extends @Nullable T> value) {
        return new Knob<>(key, allowed, parser, format, () -> {
            T present = value.get();
            return present == null ? Map.of() : Map.of("", present);
        });
    }

    /** The same as {@link #start} for a value that is known: knobs are made at every start, where each lambda costs time. */
    Knob<T> startWith(@Nullable T value) {
        return starts(value == null ? Map.of() : Map.of("", value));
    }

    private Knob<T> starts(Map<String, T> values) {
        return starts(() -> values);
    }

    /** The same with values to begin with, by name, for a key with a {@code *}. */
    public Knob<T> starts(Supplier<Map<String, T>> values) {
        return new Knob<>(key, allowed, parser, format, values);
    }

    /** The key. */
    public String key() {
        return key;
    }

    /** What is allowed. */
    public String allowed() {
        return allowed;
    }

    boolean hasNames() {
        return key.contains(ANY_NAME);
    }

    /** The key of the setting for {@code name}: names with characters that keys do not have are in brackets. */
    String key(String name) {
        if (!hasNames()) {
            return key;
        }
        return key.replace("." + ANY_NAME, KnobTable.isPlain(name) ? "." + name : "[" + name + "]");
    }

    /** What {@link #starts} tells now. */
    Map<String, T> startValues() {
        return Map.copyOf(start.get());
    }

    /**
     * The value that {@code text} means.
     *
     * @throws InvalidSettingsException if it is not allowed
     */
    T parse(String fullKey, String text) {
        try {
            T value = parser.parse(text);
            if (value != null) {
                return value;
            }
        } catch (Exception e) {
            // What the parser says of it is about numbers and letters; what helps is what is allowed.
        }
        throw new InvalidSettingsException(fullKey, text, "it must be " + allowed);
    }

    String format(T value) {
        return format.apply(value);
    }

    @Override
    public String toString() {
        return key;
    }

    private static String names(Enum<?>[] constants) {
        StringJoiner names = new StringJoiner(", ");
        for (Enum<?> each : constants) {
            names.add(name(each));
        }
        return names.toString();
    }

    private static String name(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private static <C extends Comparable<C>> C checkRange(C value, C min, C max) {
        // NaN is above everything.
        checkArgument(value.compareTo(min) >= 0 && value.compareTo(max) <= 0, "outside the range: %s", value);
        return value;
    }

    /**
     * Makes a value of its text.
     *
     * @param <T> the type of the value
     */
    @FunctionalInterface
    public interface Parser<T> {
        /**
         * The value, never null.
         *
         * @throws Exception if there is none
         */
        T parse(String text) throws Exception;
    }
}
