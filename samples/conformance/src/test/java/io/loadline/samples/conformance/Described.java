/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.samples.conformance;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A setting as the metadata of one framework describe it, with names as they are in Spring Boot. Immutable.
 *
 * @param text what it does, as Markdown
 * @param standard its default, as Markdown; empty if there is none
 */
record Described(String text, String standard) {
    /** At the end of each description whose default is not nothing. */
    private static final Pattern DEFAULT = Pattern.compile("^(.*\\.) Default( of `?adaptive`?)?: (.*)\\.$");

    private static final Pattern CODE = Pattern.compile("`[^`]*`");

    /** Of a description in one line, with a default or not, and the default that is told apart from it, if it is. */
    static Described of(String description, String standard) {
        String line = description.strip().replaceAll("\\s+", " ").replace("quarkus.loadline.", "loadline.");
        Matcher told = DEFAULT.matcher(line);
        if (!told.matches()) {
            return new Described(markdown(line), standard);
        }
        String of = told.group(2) == null ? "" : "adaptive: ";
        return new Described(markdown(told.group(1)), of + markdown(told.group(3)));
    }

    /** Whether both say the same; one may set names apart as code. */
    static boolean same(String one, String other) {
        return plain(one).equals(plain(other));
    }

    private static String plain(String markdown) {
        return markdown.replaceAll("[`\"\\\\]", "");
    }

    /** Patterns such as {@code /**} are no emphasis. */
    private static String markdown(String line) {
        Matcher code = CODE.matcher(line);
        StringBuilder all = new StringBuilder();
        int end = 0;
        while (code.find()) {
            all.append(escaped(line.substring(end, code.start()))).append(code.group());
            end = code.end();
        }
        return all.append(escaped(line.substring(end))).toString();
    }

    private static String escaped(String text) {
        return text.replace("*", "\\*").replace("|", "\\|");
    }
}
