/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.internal;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/** Reads small files of the kernel. Stateless. What cannot be read, or makes no sense, is unknown; nothing throws. */
public final class KernelFiles {
    /** What is not known. */
    public static final long UNKNOWN = -1;
    /** A limit that is none: {@code max}, or a number that no machine has, as version 1 writes it. */
    public static final long UNLIMITED = Long.MAX_VALUE;

    /** Far beyond what any of the files needs; the table of mounts of a busy host is the longest. */
    private static final int MAX_BYTES = 1 << 20;

    /** As long as a number can be; what is read has a buffer of that size. */
    private static final int NUMBER_BYTES = 64;

    private static final long NO_MACHINE_HAS = 1L << 60;
    private static final int LONGEST_NUMBER = 18;

    private KernelFiles() {}

    /** The text of {@code file}, or null. */
    public static @Nullable String text(Path file) {
        return text(file, MAX_BYTES);
    }

    private static @Nullable String text(Path file, int maxBytes) {
        try (InputStream in = Files.newInputStream(file)) {
            return new String(in.readNBytes(maxBytes), StandardCharsets.UTF_8);
        } catch (IOException | RuntimeException unreadable) {
            return null;
        }
    }

    /** The number that {@code file} consists of, at least 0, or {@link #UNLIMITED} or {@link #UNKNOWN}. */
    public static long number(Path file) {
        String text = text(file, NUMBER_BYTES);
        return text == null ? UNKNOWN : parse(text.trim());
    }

    /** The number after {@code key} at the beginning of a line: {@code anon 4096} or {@code MemTotal: 4 kB}. */
    public static long field(@Nullable String text, String key) {
        String value = line(text, key);
        if (value == null) {
            return UNKNOWN;
        }
        int end = value.indexOf(' ');
        long number = parse(end < 0 ? value : value.substring(0, end));
        return value.endsWith(" kB") && number > 0 && number < UNLIMITED >> 10 ? number << 10 : number;
    }

    /** The text of {@code file} unless its last line is cut short, or null: a number without its end is another number. */
    public static @Nullable String whole(Path file) {
        String text = text(file);
        return text != null && text.endsWith("\n") ? text : null;
    }

    /**
     * The 10 s average of the time that {@code who} waited, 0..1, out of {@code some avg10=1.50 avg60=... total=5}: {@code
     * some} is any task, {@code full} all of them at once.
     */
    public static OptionalDouble pressure(Path file, String who) {
        String line = line(text(file), who);
        if (line == null || !line.startsWith("avg10=") || !line.contains(" total=")) {
            return OptionalDouble.empty();
        }
        try {
            double percent = Double.parseDouble(line.substring("avg10=".length(), line.indexOf(' ')));
            return percent >= 0 ? OptionalDouble.of(Math.min(1, percent / 100)) : OptionalDouble.empty();
        } catch (NumberFormatException garbage) {
            return OptionalDouble.empty();
        }
    }

    /** What follows {@code key} and its separator on the first line that begins with it. */
    private static @Nullable String line(@Nullable String text, String key) {
        if (text == null) {
            return null;
        }
        for (int start = 0; start < text.length(); ) {
            int newline = text.indexOf('\n', start);
            int end = newline < 0 ? text.length() : newline;
            int after = start + key.length();
            if (after < end && text.startsWith(key, start) && " \t:".indexOf(text.charAt(after)) >= 0) {
                return text.substring(after + 1, end).trim();
            }
            start = end + 1;
        }
        return null;
    }

    /** The number that {@code digits} are, at least 0, or {@link #UNLIMITED} or {@link #UNKNOWN}. */
    public static long parse(String digits) {
        if (digits.equals("max")) {
            return UNLIMITED;
        }
        for (int i = 0; i < digits.length(); i++) {
            if (digits.charAt(i) < '0' || digits.charAt(i) > '9') {
                return UNKNOWN;
            }
        }
        if (digits.isEmpty()) {
            return UNKNOWN;
        }
        if (digits.length() > LONGEST_NUMBER) {
            return UNLIMITED;
        }
        long number = Long.parseLong(digits);
        return number >= NO_MACHINE_HAS ? UNLIMITED : number;
    }
}
