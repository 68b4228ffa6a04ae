/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring.internal;

import java.util.List;
import org.springframework.http.server.PathContainer;
import org.springframework.web.util.pattern.PathPattern;

/** The paths of requests that wait until somebody ends them: the setting {@code loadline.drain.long-lived}. Immutable. */
public final class LongLivedPaths {
    private final List<PathPattern> patterns;

    /**
     * Parses the setting.
     *
     * @throws InvalidSettingException if it has no path patterns
     */
    public LongLivedPaths(List<String> patterns) {
        this.patterns = patterns.stream()
                .map(pattern -> PathSetting.parse("loadline.drain.long-lived", pattern, "/changes/**"))
                .toList();
    }

    /** Whether no path is one of them. */
    public boolean isEmpty() {
        return patterns.isEmpty();
    }

    /** Whether the path, as it came and without context path and query, is one of them. */
    public boolean match(String path) {
        PathContainer parsed;
        try {
            parsed = PathContainer.parsePath(path);
        } catch (IllegalArgumentException malformed) {
            return false;
        }
        return patterns.stream().anyMatch(pattern -> pattern.matches(parsed));
    }
}
