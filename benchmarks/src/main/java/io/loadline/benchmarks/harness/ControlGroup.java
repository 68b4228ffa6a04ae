/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.harness;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A cgroup of one controller below this JVM's own, for children. Thread-safe.
 *
 * <p>It is removed when it is closed, or when this JVM ends: then after its children.
 */
final class ControlGroup implements AutoCloseable {
    enum Version {
        V1,
        V2
    }

    private record Place(Version version, Path folder) {}

    private static final String PREFIX = "loadline-";

    private final Version version;
    private final Path folder;

    private ControlGroup(Version version, Path folder) {
        this.version = version;
        this.folder = folder;
    }

    /**
     * Makes a group.
     *
     * @param controller such as {@code memory}
     * @throws IOException if this machine or this user cannot have one; the message says why
     */
    static ControlGroup create(String controller) throws IOException {
        Place own = own(controller);
        if (!Files.isWritable(own.folder())) {
            throw new IOException("may not write below " + own.folder());
        }
        removeLeftovers(own.folder());
        Path folder = Files.createTempDirectory(
                own.folder(), PREFIX + ProcessHandle.current().pid() + '-');
        ControlGroup group = new ControlGroup(own.version(), folder);
        Children.afterwards(group::close);
        return group;
    }

    private static Place own(String controller) throws IOException {
        List<String> memberships = Files.readAllLines(Path.of("/proc/self/cgroup"));
        for (String mount : Files.readAllLines(Path.of("/proc/self/mountinfo"))) {
            // id, parent, device, root, mount point, options, tags ... - type, source, options of the file system
            String[] fields = mount.split(" ");
            int dash = List.of(fields).indexOf("-");
            boolean v1 = fields[dash + 1].equals("cgroup")
                    && List.of(fields[dash + 3].split(",")).contains(controller);
            boolean v2 = fields[dash + 1].equals("cgroup2");
            for (String membership : memberships) {
                String[] parts = membership.split(":", 3);
                boolean matches = v1 ? List.of(parts[1].split(",")).contains(controller) : v2 && parts[0].equals("0");
                Path folder = Path.of(fields[4] + below(fields[3], parts[2]));
                if (matches && v1) {
                    return new Place(Version.V1, folder);
                }
                if (matches && has(folder.resolve("cgroup.controllers"), controller)) {
                    handDown(folder, controller);
                    return new Place(Version.V2, folder);
                }
            }
        }
        throw new IOException("no " + controller + " controller is mounted");
    }

    /* A container may see its own group as the root of the mount, or not. */
    private static String below(String root, String path) {
        return root.equals("/") || !path.startsWith(root) ? path : path.substring(root.length());
    }

    /*
     * In version 2 a group that has processes cannot hand a controller down to groups below it (but the root can), so there
     * it mostly takes a delegated group to get one.
     */
    private static void handDown(Path folder, String controller) throws IOException {
        Path control = folder.resolve("cgroup.subtree_control");
        if (!has(control, controller)) {
            Files.writeString(control, "+" + controller);
        }
    }

    private static boolean has(Path controllers, String controller) throws IOException {
        return List.of(Files.readString(controllers).strip().split(" ")).contains(controller);
    }

    /* Of runs that were killed themselves. */
    private static void removeLeftovers(Path parent) throws IOException {
        try (DirectoryStream<Path> groups = Files.newDirectoryStream(parent, PREFIX + "*")) {
            for (Path group : groups) {
                String pid = group.getFileName().toString().replaceAll("^" + PREFIX + "(\\d+)-.*", "$1");
                if (pid.matches("\\d+") && ProcessHandle.of(Long.parseLong(pid)).isEmpty()) {
                    tryRemove(group);
                }
            }
        }
    }

    Version version() {
        return version;
    }

    Path file(String name) {
        return folder.resolve(name);
    }

    /** A command that runs {@code command}, in the same process, as a member from its first instruction on. */
    List<String> enter(List<String> command) {
        String join = "echo 0 > \"$0\" && exec \"$@\"";
        List<String> entered = new ArrayList<>(
                List.of("/bin/sh", "-c", join, file("cgroup.procs").toString()));
        entered.addAll(command);
        return entered;
    }

    /** Removes the group, whose processes must have ended: the kernel lets go of one a moment after its end. */
    @Override
    public void close() {
        for (int attempt = 0; attempt < 100 && !tryRemove(folder); attempt++) {
            try {
                TimeUnit.MILLISECONDS.sleep(20);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    private static boolean tryRemove(Path group) {
        try {
            Files.deleteIfExists(group);
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
