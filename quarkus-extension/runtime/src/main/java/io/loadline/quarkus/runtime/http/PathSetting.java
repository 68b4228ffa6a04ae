/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.quarkus.runtime.http;

import static io.loadline.quarkus.runtime.config.Setting.refused;

import io.vertx.ext.web.RoutingContext;
import java.util.List;

/** A setting that is a list of path patterns. Immutable. */
final class PathSetting {
    private final List<PathTemplate> patterns;

    /** The patterns of {@code key}; {@code example} tells a person what one is. */
    PathSetting(String key, List<String> patterns, String example) {
        this.patterns =
                patterns.stream().map(pattern -> parse(key, pattern, example)).toList();
    }

    static PathTemplate parse(String key, String pattern, String example) {
        try {
            return PathTemplate.ofSetting(pattern);
        } catch (IllegalArgumentException e) {
            throw refused(key, pattern, "it must be a path pattern such as " + example + ": " + e.getMessage(), e);
        }
    }

    /** Whether it matches the path as the framework sees it. */
    boolean matches(RoutingContext context) {
        return !patterns.isEmpty() && matches(context.normalizedPath());
    }

    boolean matches(String path) {
        for (PathTemplate pattern : patterns) {
            if (pattern.matches(path)) {
                return true;
            }
        }
        return false;
    }
}
