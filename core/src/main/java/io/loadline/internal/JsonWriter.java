/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.internal;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import org.jspecify.annotations.Nullable;

/**
 * Writes one JSON text (RFC 8259) member by member. Not thread-safe.
 *
 * <p>Core takes no JSON library, and needs no more than this: objects, arrays, strings, numbers, booleans and null.
 * Numbers that JSON cannot express (NaN, infinities) become null.
 */
public final class JsonWriter {
    private final StringBuilder out = new StringBuilder(256);
    private boolean needsComma;

    /** Opens an object that is an element of an array, or the text itself. */
    @CanIgnoreReturnValue
    public JsonWriter beginObject() {
        separate();
        out.append('{');
        needsComma = false;
        return this;
    }

    /** Opens an object that is a member. */
    @CanIgnoreReturnValue
    public JsonWriter beginObject(String name) {
        name(name);
        return beginObject();
    }

    /** Closes the innermost object. */
    @CanIgnoreReturnValue
    public JsonWriter endObject() {
        out.append('}');
        needsComma = true;
        return this;
    }

    /** Opens an array that is a member. */
    @CanIgnoreReturnValue
    public JsonWriter beginArray(String name) {
        name(name);
        out.append('[');
        return this;
    }

    /** Closes the innermost array. */
    @CanIgnoreReturnValue
    public JsonWriter endArray() {
        out.append(']');
        needsComma = true;
        return this;
    }

    /** Writes a string element of an array. */
    @CanIgnoreReturnValue
    public JsonWriter element(String value) {
        separate();
        string(value);
        needsComma = true;
        return this;
    }

    /** Writes a string member, or null. */
    @CanIgnoreReturnValue
    public JsonWriter member(String name, @Nullable String value) {
        name(name);
        if (value == null) {
            out.append("null");
        } else {
            string(value);
        }
        needsComma = true;
        return this;
    }

    /** Writes an integer member. */
    @CanIgnoreReturnValue
    public JsonWriter member(String name, long value) {
        name(name);
        out.append(value);
        needsComma = true;
        return this;
    }

    /** Writes a number member; null if it is not finite. */
    @CanIgnoreReturnValue
    public JsonWriter member(String name, double value) {
        name(name);
        if (Double.isFinite(value)) {
            out.append(value);
        } else {
            out.append("null");
        }
        needsComma = true;
        return this;
    }

    /** Writes a boolean member. */
    @CanIgnoreReturnValue
    public JsonWriter member(String name, boolean value) {
        name(name);
        out.append(value);
        needsComma = true;
        return this;
    }

    /** The text so far. */
    @Override
    public String toString() {
        return out.toString();
    }

    private void name(String name) {
        separate();
        string(name);
        out.append(':');
        needsComma = false;
    }

    private void separate() {
        if (needsComma) {
            out.append(',');
        }
        needsComma = false;
    }

    private void string(String value) {
        out.append('"');
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            switch (c) {
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                default -> {
                    if (Character.isSurrogate(c) && !isPaired(value, i)) {
                        // UTF-8 cannot encode it, and parsers refuse the whole text for its escape.
                        out.append('\ufffd');
                    } else if (c < 0x20 || c == 0x2028 || c == 0x2029) {
                        out.append(String.format("\\u%04x", (int) c));
                    } else {
                        out.append(c);
                    }
                }
            }
        }
        out.append('"');
    }

    private static boolean isPaired(String value, int index) {
        char c = value.charAt(index);
        if (Character.isHighSurrogate(c)) {
            return index + 1 < value.length() && Character.isLowSurrogate(value.charAt(index + 1));
        }
        return index > 0 && Character.isHighSurrogate(value.charAt(index - 1));
    }
}
