/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring.drain;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.stream.Stream;

/** Tells what the threads of a pool do. Stateless. */
final class ThreadReport {
    private static final int MOST = 10;

    private ThreadReport() {}

    /** A line for each platform thread of that name which runs a task of a pool: its name, and where it is. */
    static List<String> working(String threadNamePrefix) {
        return Thread.getAllStackTraces().entrySet().stream()
                .filter(entry -> entry.getKey().getName().startsWith(threadNamePrefix))
                .filter(entry -> isWorking(entry.getValue()))
                .limit(MOST)
                .map(ThreadReport::line)
                .toList();
    }

    private static boolean isWorking(StackTraceElement[] stack) {
        String pool = ThreadPoolExecutor.class.getName();
        Stream<StackTraceElement> frames =
                Arrays.stream(stack).filter(frame -> frame.getClassName().equals(pool));
        List<String> methods = frames.map(StackTraceElement::getMethodName).toList();
        return methods.contains("runWorker") && !methods.contains("getTask");
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
