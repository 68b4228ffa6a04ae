/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.quarkus.runtime.config;

import io.quarkus.runtime.configuration.ConfigurationException;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** One setting on its way to a builder of the library. Stateless. */
public final class Setting {
    /*
     * What is allowed is known by the builders of core alone: each setting is given to its builder, and the builder's
     * refusal is told with the setting's key. Keys are told here without their prefix, joined by AND if they contradict each
     * other.
     *
     * What is thrown has no cause: Quarkus tells people the message alone if what is at the bottom of a failed start is such
     * an exception, and prints pages of its own for others. For debuggers the builder's refusal is among what is suppressed.
     */
    private static final String AND = " and ";
    private static final Pattern ISO = Pattern.compile("\\bPT(?:-?[0-9.]+[HMS])+");
    private static final Pattern PLAIN = Pattern.compile("[a-z0-9-]+");

    private Setting() {}

    /** Whether any is set. Where none is, as mostly, what would take them need not be made: each lambda costs the start. */
    static boolean anySet(Optional<?>... values) {
        for (Optional<?> each : values) {
            if (each.isPresent()) {
                return true;
            }
        }
        return false;
    }

    /** Gives {@code value}, if it is set, to {@code setter}, and says of {@code key} what is wrong with it. */
    public static <T> void set(String key, Optional<T> value, Function<T, ?> setter) {
        if (value.isPresent()) {
            T present = value.get();
            Object unused = check(key, present, () -> setter.apply(present));
        }
    }

    /**
     * What {@code use} makes of the value of {@code key}.
     *
     * @throws ConfigurationException if it refuses
     */
    public static <T> T check(String key, @Nullable Object value, Supplier<T> use) {
        try {
            return use.get();
        } catch (IllegalArgumentException | ArithmeticException e) {
            throw refused(key, value, String.valueOf(e.getMessage()), e);
        }
    }

    /**
     * Refuses a setting that has no effect.
     *
     * @throws ConfigurationException if it is set
     */
    public static void reject(String key, Optional<?> value, String why) {
        if (value.isPresent()) {
            throw refused(key, value.get(), "it has no effect " + why, null);
        }
    }

    /** That {@code key} cannot have this value; {@code allowed} says what it can. */
    public static ConfigurationException refused(
            String key, @Nullable Object value, String allowed, @Nullable Throwable cause) {
        List<String> keys = Arrays.stream(key.split(AND))
                .map(each -> LoadlineConfig.PREFIX + each)
                .toList();
        String message = String.join(AND, keys) + " = " + (value == null ? "(not set)" : value) + ": " + allowed;
        Set<String> names = new LinkedHashSet<>(keys);
        ConfigurationException refused = new ConfigurationException(readable(message), names);
        if (cause != null) {
            refused.addSuppressed(cause);
        }
        return refused;
    }

    /** Both keys, or the one of them that is set, for {@link #check} of what may contradict each other. */
    public static String keys(String one, Optional<?> first, String other, Optional<?> second) {
        return first.isEmpty() ? other : second.isEmpty() ? one : one + AND + other;
    }

    /** The values of {@link #keys}. */
    public static @Nullable Object values(Optional<?> first, Optional<?> second) {
        return first.isEmpty()
                ? second.orElse(null)
                : second.isEmpty() ? first.get() : first.get() + AND + second.get();
    }

    /** The key of one of many, as it is written: what is no plain name is in quotes. */
    public static String key(String prefix, String name) {
        return prefix + "." + (PLAIN.matcher(name).matches() ? name : '"' + name + '"');
    }

    /** What is in the list, nothing if it is not set. */
    public static List<String> list(Optional<List<String>> value) {
        return value.orElse(List.of());
    }

    /** The values, with a word for those that are not set. */
    static String text(Optional<?>... values) {
        return Arrays.stream(values)
                .map(value -> value.isPresent() ? value.get().toString() : "(default)")
                .collect(Collectors.joining(", "));
    }

    /** The text with {@code 90s} instead of {@code PT1M30S} wherever a duration stands in it. */
    private static String readable(String text) {
        return ISO.matcher(text).replaceAll(found -> readable(Duration.parse(found.group())));
    }

    private static String readable(Duration duration) {
        return !duration.equals(Duration.ofMillis(duration.toMillis()))
                ? duration.toNanos() + "ns"
                : duration.toMillis() % 1_000 != 0
                        ? duration.toMillis() + "ms"
                        : duration.toSeconds() % 60 != 0 || duration.isZero()
                                ? duration.toSeconds() + "s"
                                : duration.toMinutes() + "m";
    }
}
