/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.guard;

/**
 * Is told of the calls that guards refuse, one by one, and of their breakers. Must be thread-safe and quick. What it throws
 * is caught, and logged once.
 */
public interface GuardListener {

    /** A call to {@code dependency} is refused. Called by the thread that asked, before that knows. */
    void refused(String dependency, GuardRefusal reason);

    /** A guard has changed its state. Called some time later, by a thread of a pool. Default: is not told. */
    default void changed(GuardStateChange change) {}
}
