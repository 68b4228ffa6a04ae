/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
/** Answers of Jakarta REST. Not for applications. */
@NullMarked
package io.loadline.quarkus.runtime.rest;

import org.jspecify.annotations.NullMarked;
