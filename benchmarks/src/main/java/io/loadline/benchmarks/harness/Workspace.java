/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.harness;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;

/** Where things are in the checkout. Thread-safe. */
public final class Workspace {
    private Workspace() {}

    /**
     * The root of the checkout that the current directory is in.
     *
     * @throws IllegalStateException if it is in none
     */
    public static Path root() {
        Path start = Path.of("").toAbsolutePath();
        for (Path folder = start; folder != null; folder = folder.getParent()) {
            if (Files.isRegularFile(folder.resolve("benchmarks/pom.xml"))) {
                return folder;
            }
        }
        throw new IllegalStateException("not inside a checkout of Loadline: " + start);
    }

    /** Makes {@code benchmarks/results/<name>-<time>/} for the raw logs of one run; git ignores it. */
    public static Path newResults(String name) throws IOException {
        String time = LocalDateTime.now().format(DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss"));
        return Files.createDirectories(root().resolve("benchmarks/results").resolve(name + '-' + time));
    }
}
