/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.startup;

import java.util.concurrent.CancellationException;

/** What a stage can ask and tell while it runs. Thread-safe. */
public interface StageContext {
    /** The stage's name. */
    String stage();

    /**
     * To be called now and then by a stage that takes a while, best between two portions of its work: waits while memory
     * is short, and ends a stage that was cancelled. May be called as often as you like; memory is looked at 20 times a
     * second at most.
     *
     * @throws CancellationException if the stage was cancelled or has timed out
     */
    void checkpoint();

    /** Whether the stage was cancelled or has timed out; its thread is interrupted then, too. */
    boolean isCancelled();

    /**
     * Tells how much memory the stage has taken so far, for memory that no counter of the JVM sees.
     *
     * @param bytes all of it together, not what came since the last call
     * @throws IllegalArgumentException if it is negative
     */
    void report(long bytes);

    /**
     * Adds a line to what the report of the start says should be looked at; does nothing where there is no such report.
     *
     * @param what what should be looked at, on one line
     */
    default void warn(String what) {}
}
