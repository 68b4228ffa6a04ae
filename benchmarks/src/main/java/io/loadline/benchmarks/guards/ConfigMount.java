/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.guards;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A directory that changes as a mounted ConfigMap does: the kubelet writes all files into a directory of their own,
 * renames a link to it over the link {@code ..data}, mends the links to single files and removes the directory before. Not
 * thread-safe.
 */
final class ConfigMount {
    private final Path directory;
    private final Path data;
    private int version;

    /** An empty one. */
    ConfigMount(Path directory) throws IOException {
        this.directory = Files.createDirectories(directory);
        this.data = directory.resolve("..data");
        long unused = swap(Map.of(), false);
    }

    Path directory() {
        return directory;
    }

    /**
     * Changes all of it at once to {@code settings}, and returns the reading of {@link System#nanoTime} just before.
     *
     * @param oneFile whether all of them are in {@code loadline.properties}; else each is in a file of its own
     */
    long swap(Map<String, String> settings, boolean oneFile) throws IOException {
        Map<String, String> files = oneFile
                ? Map.of(
                        "loadline.properties",
                        settings.entrySet().stream()
                                .map(each -> each.getKey() + '=' + each.getValue() + '\n')
                                .collect(Collectors.joining()))
                : settings;
        Path before = Files.exists(data) ? directory.resolve(Files.readSymbolicLink(data)) : null;
        Path next = Files.createDirectory(directory.resolve("..version_" + ++version));
        for (Map.Entry<String, String> file : files.entrySet()) {
            Files.writeString(next.resolve(file.getKey()), file.getValue());
        }
        Path link = Files.createSymbolicLink(directory.resolve("..data_tmp"), next.getFileName());
        long nanos = System.nanoTime();
        Files.move(link, data, StandardCopyOption.ATOMIC_MOVE);
        mendLinks(files.keySet());
        if (before != null) {
            remove(before);
        }
        return nanos;
    }

    private void mendLinks(Set<String> wanted) throws IOException {
        Set<String> missing = new HashSet<>(wanted);
        for (Path each : list(directory)) {
            String name = each.getFileName().toString();
            if (!name.startsWith("..") && !missing.remove(name)) {
                Files.delete(each);
            }
        }
        for (String name : missing) {
            Path unused = Files.createSymbolicLink(directory.resolve(name), Path.of("..data", name));
        }
    }

    private static void remove(Path old) throws IOException {
        for (Path file : list(old)) {
            Files.delete(file);
        }
        Files.delete(old);
    }

    private static Iterable<Path> list(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.toList();
        }
    }
}
