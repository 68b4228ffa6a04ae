/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.limit;

import org.jspecify.annotations.Nullable;

/**
 * Knows the context of a call where a framework carries it and not the thread: a call that goes from one thread to another.
 * Thread-safe; found by {@link java.util.ServiceLoader} beside the library.
 */
@FunctionalInterface
public interface CallContextSource {

    /** The context of the call that this thread works on by what the framework knows; null if it knows none. */
    @Nullable
    CallContext current();
}
