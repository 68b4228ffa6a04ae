/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.quarkus.runtime;

/**
 * Whether there is a server that listens, as far as the build knows. Immutable.
 *
 * @param expected false where requests come from within the process only, as in functions
 */
public record ListeningServer(boolean expected) {}
