/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.harness;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** The parts of a benchmark: those that its command line names, or all if it names none. Not thread-safe. */
public final class Parts {
    private final Map<String, Part> all = new LinkedHashMap<>();
    private final Map<String, Part> named = new LinkedHashMap<>();

    /** Adds a part, and whether the command line names it. */
    @CanIgnoreReturnValue
    public Parts add(String name, boolean isNamed, Part part) {
        all.put(name, part);
        if (isNamed) {
            named.put(name, part);
        }
        return this;
    }

    /** Runs them one after the other, prints their figures, and returns the exit code that says whether all bars hold. */
    public int run(String benchmark, boolean quick) throws Exception {
        Path folder = Workspace.newResults(benchmark);
        Figures figures = new Figures();
        for (Map.Entry<String, Part> part : (named.isEmpty() ? all : named).entrySet()) {
            part.getValue().run(quick, Files.createDirectories(folder.resolve(part.getKey())), figures);
        }
        System.out.println("Logs: " + folder);
        System.out.println(figures);
        return figures.exitCode();
    }
}
