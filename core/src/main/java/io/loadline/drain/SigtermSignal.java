/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.drain;

/** The shutdown of the JVM; the only place that adds a shutdown hook. Thread-safe. */
enum SigtermSignal implements TerminationSignal {
    INSTANCE;

    @Override
    public void onTermination(Runnable action) {
        Runtime.getRuntime().addShutdownHook(new Thread(action, "loadline-drain"));
    }

    static boolean isShuttingDown() {
        try {
            // Removing a hook that was never added does nothing, except that it is forbidden during the shutdown.
            boolean unused = Runtime.getRuntime().removeShutdownHook(new Thread("loadline-probe"));
            return false;
        } catch (IllegalStateException shuttingDown) {
            return true;
        }
    }
}
