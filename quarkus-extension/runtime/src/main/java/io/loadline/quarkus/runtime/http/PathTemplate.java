/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.quarkus.runtime.http;

import java.util.Comparator;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * A path with variables: the template of an endpoint, such as {@code /orders/{id: [0-9]+}}, or a pattern of the settings, such as
 * {@code /static/**}. Immutable.
 */
final class PathTemplate {
    /*
     * Templates of endpoints are those of Jakarta REST: a variable is one segment unless its expression says otherwise, the most
     * literal characters win, then the most variables, then the most expressions. Patterns of the settings may also have * for
     * any part of a segment, ? for one character, and /** at their end for all that is below.
     */
    static final Comparator<PathTemplate> MOST_SPECIFIC_FIRST = PathTemplate::compareSpecific;

    /** Of patterns of the settings: what leaves less open comes first. */
    static final Comparator<PathTemplate> NARROWEST_FIRST = PathTemplate::compareNarrow;

    private static final String ALL_BELOW = "/**";

    private final String text;
    private final Pattern regex;
    private final int literals;
    private final int variables;
    private final int expressions;

    private PathTemplate(Parser parser) {
        this.text = parser.text;
        this.regex = Pattern.compile(parser.regex.toString());
        this.literals = parser.literals;
        this.variables = parser.variables;
        this.expressions = parser.expressions;
    }

    /**
     * The template of an endpoint.
     *
     * @throws IllegalArgumentException if it is none
     */
    static PathTemplate ofEndpoint(String template) {
        return parse(template, false);
    }

    /**
     * The pattern of a setting.
     *
     * @throws IllegalArgumentException if it is none, does not begin with a slash, or has two asterisks elsewhere than at its
     *     end: it would match nothing, or less than somebody meant
     */
    static PathTemplate ofSetting(String pattern) {
        if (!pattern.startsWith("/")) {
            throw new IllegalArgumentException("it must begin with a slash");
        }
        int deep = pattern.indexOf("**");
        if (deep >= 0 && (!pattern.endsWith(ALL_BELOW) || deep < pattern.length() - 2)) {
            throw new IllegalArgumentException("two asterisks stand for all that is below, as /** at its end");
        }
        return parse(pattern, true);
    }

    private static PathTemplate parse(String text, boolean wildcards) {
        Parser parser = new Parser(text, wildcards);
        parser.parse();
        try {
            return new PathTemplate(parser);
        } catch (PatternSyntaxException e) {
            throw new IllegalArgumentException(e.getDescription() + " in " + e.getPattern(), e);
        }
    }

    // Plain methods: each lambda of a chain of comparators costs the start.
    private static int compareSpecific(PathTemplate one, PathTemplate other) {
        int order = Integer.compare(other.literals, one.literals);
        if (order == 0) {
            order = Integer.compare(other.variables, one.variables);
        }
        if (order == 0) {
            order = Integer.compare(other.expressions, one.expressions);
        }
        return order == 0 ? one.text.compareTo(other.text) : order;
    }

    private static int compareNarrow(PathTemplate one, PathTemplate other) {
        int order = Integer.compare(other.literals, one.literals);
        if (order == 0) {
            order = Integer.compare(one.variables, other.variables);
        }
        return order == 0 ? one.text.compareTo(other.text) : order;
    }

    /** Whether it stands for one path only. */
    boolean isLiteral() {
        return variables == 0;
    }

    boolean matches(String path) {
        return isLiteral() ? text.equals(path) : regex.matcher(path).matches();
    }

    /** The first segment with its slash. */
    static String firstSegment(String path) {
        int end = path.indexOf('/', 1);
        return end < 0 ? path : path.substring(0, end);
    }

    /** Whether any first segment may be its own. */
    boolean hasAnyFirstSegment() {
        return firstSegment(text).matches(".*[{*?].*");
    }

    @Override
    public String toString() {
        return text;
    }

    private static final class Parser {
        final String text;
        final StringBuilder regex = new StringBuilder();
        int literals;
        int variables;
        int expressions;
        private final boolean wildcards;
        private int position;

        Parser(String text, boolean wildcards) {
            this.text = text;
            this.wildcards = wildcards;
        }

        void parse() {
            boolean allBelow = wildcards && text.endsWith(ALL_BELOW);
            int end = allBelow ? text.length() - ALL_BELOW.length() : text.length();
            while (position < end) {
                char c = text.charAt(position);
                if (c == '{') {
                    variable();
                } else if (wildcards && (c == '*' || c == '?')) {
                    regex.append(c == '*' ? "[^/]*" : "[^/]");
                    variables++;
                    position++;
                } else {
                    regex.append(Pattern.quote(String.valueOf(c)));
                    literals++;
                    position++;
                }
            }
            if (allBelow) {
                regex.append("(?:/.*)?");
                variables++;
            }
        }

        /** Braces of an expression, as in {@code {code: [a-z]{2}}}, come in pairs. */
        private void variable() {
            int depth = 0;
            int end = position;
            do {
                if (end == text.length()) {
                    throw new IllegalArgumentException("there is no closing brace");
                }
                char c = text.charAt(end++);
                depth += c == '{' ? 1 : c == '}' ? -1 : 0;
            } while (depth > 0);
            String inner = text.substring(position + 1, end - 1);
            int colon = inner.indexOf(':');
            if (colon >= 0) {
                regex.append("(?:").append(inner.substring(colon + 1).strip()).append(')');
                expressions++;
            } else {
                regex.append("[^/]+");
            }
            variables++;
            position = end;
        }
    }
}
