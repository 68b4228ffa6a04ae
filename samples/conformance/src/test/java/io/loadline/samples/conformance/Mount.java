/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.samples.conformance;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** A directory with settings that changes as the kubelet changes that of a ConfigMap. Not thread-safe. */
final class Mount {
    private static final String FILE = "loadline.properties";

    private final Path directory;
    private int versions;

    /** One without any setting. */
    Mount(Path directory) throws IOException {
        this.directory = directory;
        set();
        Path unused = Files.createSymbolicLink(directory.resolve(FILE), Path.of("..data", FILE));
    }

    Path directory() {
        return directory;
    }

    /** A new directory, and a link to it renamed over the one before. */
    void set(String... settings) throws IOException {
        Path next = Files.createDirectory(directory.resolve("..version_" + ++versions));
        Path unused = Files.writeString(next.resolve(FILE), String.join("\n", settings) + "\n");
        Path link = Files.createSymbolicLink(directory.resolve("..data_tmp"), next.getFileName());
        unused = Files.move(link, directory.resolve("..data"), StandardCopyOption.ATOMIC_MOVE);
    }
}
