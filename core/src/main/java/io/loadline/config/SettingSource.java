/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.config;

/** Where a value comes from; a later constant has precedence over an earlier one. */
public enum SettingSource {
    /** What the service was built with: defaults, builders, the framework's properties. */
    START,
    /** An environment variable, such as {@code LOADLINE_LIMIT_ENFORCEMENT}; read once. */
    ENVIRONMENT,
    /** A file in the directory that is watched. */
    MOUNTED,
    /** Somebody who changed it while the service runs; forgotten when the process ends. */
    RUNTIME
}
