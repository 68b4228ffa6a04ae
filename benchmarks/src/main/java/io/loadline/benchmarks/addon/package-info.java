/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * What is put beside a packaged sample when it is measured, and runs inside it: filters of peers, routes, a limit for messages, a
 * token for settings.
 */
@NullMarked
package io.loadline.benchmarks.addon;

import org.jspecify.annotations.NullMarked;
