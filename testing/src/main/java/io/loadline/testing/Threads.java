/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.testing;

import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/**
 * Calls that block, each on a thread of its own. Stateless.
 *
 * <p>Those of the common pool are few, and since JDK 25 never new ones: they do not have the class loader of their caller.
 */
public final class Threads {
    private Threads() {}

    /** Completes with what the call returns or throws. */
    public static <T> CompletableFuture<T> call(Supplier<T> call) {
        return CompletableFuture.supplyAsync(call, task -> new Thread(task, "call").start());
    }
}
