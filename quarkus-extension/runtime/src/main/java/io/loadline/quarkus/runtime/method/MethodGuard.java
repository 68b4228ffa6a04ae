/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.quarkus.runtime.method;

import io.loadline.guard.DependencyGuard;

/**
 * What stands in front of a method. Immutable.
 *
 * @param guard the guard
 * @param returned what the method returns
 */
record MethodGuard(DependencyGuard guard, Returned returned) {}
