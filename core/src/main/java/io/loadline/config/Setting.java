/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.config;

import org.jspecify.annotations.Nullable;

/**
 * One setting as people read it. Immutable.
 *
 * @param key such as {@code loadline.limit.enforcement}
 * @param value as it could be written; null if nothing is set and it follows from other things
 * @param source where the value comes from
 * @param start the value at the start, which {@code default} means; null as above
 * @param allowed what is allowed
 */
public record Setting(
        String key,
        @Nullable String value,
        SettingSource source,
        @Nullable String start,
        String allowed) {}
