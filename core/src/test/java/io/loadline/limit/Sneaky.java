/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.limit;

/** Throws anything from anywhere, as other JVM languages do. */
final class Sneaky {
    private Sneaky() {}

    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
    static <T extends Throwable> String sneakyThrow(Throwable thrown) throws T {
        throw (T) thrown;
    }
}
