/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring.internal;

import org.springframework.web.util.pattern.PathPattern;
import org.springframework.web.util.pattern.PathPatternParser;
import org.springframework.web.util.pattern.PatternParseException;

/** A setting that is a path pattern. Stateless. */
final class PathSetting {
    private PathSetting() {}

    /**
     * The pattern.
     *
     * @throws InvalidSettingException if it is none, or does not begin with a slash: it would match nothing
     */
    static PathPattern parse(String key, String pattern, String example) {
        String allowed = "it must be a path pattern such as " + example + ": ";
        if (!pattern.startsWith("/")) {
            throw new InvalidSettingException(key, pattern, allowed + "it must begin with a slash", null);
        }
        try {
            return PathPatternParser.defaultInstance.parse(pattern);
        } catch (PatternParseException e) {
            throw new InvalidSettingException(key, pattern, allowed + e.toDetailedString(), e);
        }
    }
}
