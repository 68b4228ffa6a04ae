/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.TreeMap;

/** A ConfigMap as the kubelet mounts it and changes it. Not thread-safe. */
public final class ConfigMap {
    private final Path mount;
    private Path present;
    private int versions;

    public ConfigMap(Path mount, Map<String, String> files) throws IOException {
        this.mount = Files.createDirectories(mount);
        this.present = write(files);
        Files.createSymbolicLink(mount.resolve("..data"), present.getFileName());
        link(files);
    }

    /** The same steps in the same order: a new directory, a new link, renamed over the old one, the old directory removed. */
    public void change(Map<String, String> files) throws IOException {
        Path before = present;
        present = write(files);
        Path link = Files.createSymbolicLink(mount.resolve("..data_tmp"), present.getFileName());
        Files.move(link, mount.resolve("..data"), StandardCopyOption.ATOMIC_MOVE);
        link(files);
        try (var old = Files.list(before)) {
            for (Path each : old.toList()) {
                if (!files.containsKey(each.getFileName().toString())) {
                    Files.deleteIfExists(mount.resolve(each.getFileName()));
                }
                Files.delete(each);
            }
        }
        Files.delete(before);
    }

    private Path write(Map<String, String> files) throws IOException {
        Path directory = Files.createDirectory(mount.resolve("..2026_11_01_12_00_00." + versions++));
        for (Map.Entry<String, String> file : new TreeMap<>(files).entrySet()) {
            Files.writeString(directory.resolve(file.getKey()), file.getValue());
        }
        return directory;
    }

    private void link(Map<String, String> files) throws IOException {
        for (String name : files.keySet()) {
            Path link = mount.resolve(name);
            if (!Files.isSymbolicLink(link)) {
                Files.createSymbolicLink(link, Path.of("..data", name));
            }
        }
    }
}
