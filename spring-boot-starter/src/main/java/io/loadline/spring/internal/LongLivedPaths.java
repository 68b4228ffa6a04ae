/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring.internal;

import java.util.List;
import org.springframework.http.server.PathContainer;
import org.springframework.web.util.pattern.PathPattern;
import org.springframework.web.util.pattern.PathPatternParser;
import org.springframework.web.util.pattern.PatternParseException;

/** The paths of requests that wait until somebody ends them: the setting {@code loadline.drain.long-lived}. Immutable. */
public final class LongLivedPaths {
    private final List<PathPattern> patterns;

    /**
     * Parses the setting.
     *
     * @throws InvalidSettingException if it has no path patterns
     */
    public LongLivedPaths(List<String> patterns) {
        this.patterns = patterns.stream().map(LongLivedPaths::parse).toList();
    }

    /** Whether the path, as it came and without context path and query, is one of them. */
    public boolean match(String path) {
        if (patterns.isEmpty()) {
            return false;
        }
        PathContainer parsed;
        try {
            parsed = PathContainer.parsePath(path);
        } catch (IllegalArgumentException malformed) {
            return false;
        }
        return patterns.stream().anyMatch(pattern -> pattern.matches(parsed));
    }

    private static PathPattern parse(String pattern) {
        try {
            return PathPatternParser.defaultInstance.parse(pattern);
        } catch (PatternParseException e) {
            throw new InvalidSettingException(
                    "loadline.drain.long-lived",
                    pattern,
                    "it must be a path pattern such as /changes/**: " + e.toDetailedString(),
                    e);
        }
    }
}
