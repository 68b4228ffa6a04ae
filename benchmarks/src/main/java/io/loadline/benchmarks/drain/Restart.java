/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.drain;

/**
 * One restart, timed from SIGTERM. Immutable.
 *
 * @param instance who was restarted
 * @param sigtermEpochMillis when it was told, to find it in the raw logs
 * @param doneMillis when the instance had reported the end of its drain, or -1 if it reported none
 * @param exitMillis when the process had ended
 * @param exitCode how it ended
 * @param readyMillis how long the new process took to be ready
 */
record Restart(
        String instance, long sigtermEpochMillis, long doneMillis, long exitMillis, int exitCode, long readyMillis) {
    static final String CSV_HEAD = "target,order,instance,sigterm_epoch_ms,done_ms,exit_ms,exit_code,ready_ms";

    String csv(Target target, Order order) {
        return String.join(
                ",",
                target.name(),
                order.name(),
                instance,
                String.valueOf(sigtermEpochMillis),
                String.valueOf(doneMillis),
                String.valueOf(exitMillis),
                String.valueOf(exitCode),
                String.valueOf(readyMillis));
    }
}
