/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.time;

/** Undoes the registration of a listener. Thread-safe; closing twice does nothing more. */
@FunctionalInterface
public interface Registration extends AutoCloseable {

    /** Removes the listener; a call that is under way still ends. */
    @Override
    void close();
}
