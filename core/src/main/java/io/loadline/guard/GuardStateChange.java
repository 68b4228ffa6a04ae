/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.guard;

/**
 * A change of the state of a dependency's guard.
 *
 * @param dependency the guard's name
 * @param from the state that was told last
 * @param to the state now; short-lived ones in between may have been left out
 */
public record GuardStateChange(String dependency, GuardState from, GuardState to) {}
