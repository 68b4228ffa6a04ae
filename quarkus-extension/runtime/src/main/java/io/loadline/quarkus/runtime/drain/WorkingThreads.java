/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.quarkus.runtime.drain;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The threads of Quarkus' executor that run something, by their stacks. Stateless. */
final class WorkingThreads {
    /*
     * The executor counts only if a system property says so before its class is loaded. A thread of it that has nothing to do
     * waits outside of any task.
     */
    private static final String PREFIX = "executor-thread-";
    private static final String TASK = "org.jboss.threads.EnhancedQueueExecutor$Task";
    private static final int MOST = 10;

    private WorkingThreads() {}

    static boolean none() {
        return working().findAny().isEmpty();
    }

    /** A line for each: its name, and where it is. */
    static List<String> lines() {
        return working().limit(MOST).map(WorkingThreads::line).toList();
    }

    private static Stream<Map.Entry<Thread, StackTraceElement[]>> working() {
        return Thread.getAllStackTraces().entrySet().stream()
                .filter(entry -> entry.getKey().getName().startsWith(PREFIX))
                .filter(entry -> Arrays.stream(entry.getValue())
                        .anyMatch(frame -> frame.getClassName().equals(TASK)));
    }

    private static String line(Map.Entry<Thread, StackTraceElement[]> entry) {
        return Arrays.stream(entry.getValue())
                .filter(frame ->
                        frame.getModuleName() == null || !frame.getModuleName().startsWith("java."))
                .findFirst()
                .map(frame -> entry.getKey().getName() + " at " + frame)
                .orElse(entry.getKey().getName());
    }
}
