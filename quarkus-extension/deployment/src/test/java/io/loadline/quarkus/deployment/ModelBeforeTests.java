/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.quarkus.deployment;

import io.quarkus.bootstrap.BootstrapAppModelFactory;
import io.quarkus.bootstrap.BootstrapException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.platform.launcher.LauncherSession;
import org.junit.platform.launcher.LauncherSessionListener;

/**
 * Has one JVM of those that run tests side by side write what Quarkus keeps of this module's dependencies, before any of them
 * reads it: Quarkus itself takes no care that nobody reads the half of that file. Thread-safe.
 */
public final class ModelBeforeTests implements LauncherSessionListener {
    /** Whether this JVM has seen to it; written once, by whoever comes first. */
    private static final AtomicBoolean DONE = new AtomicBoolean();

    @Override
    public void launcherSessionOpened(LauncherSession session) {
        if (!DONE.compareAndSet(false, true)) {
            return;
        }
        Path module = Path.of("").toAbsolutePath();
        try {
            Path target = Files.createDirectories(module.resolve("target"));
            try (FileChannel file = FileChannel.open(
                            target.resolve("model.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                    FileLock unused = file.lock()) {
                BootstrapAppModelFactory.newInstance()
                        .setTest(true)
                        .setEnableClasspathCache(true)
                        .setProjectRoot(module)
                        .resolveAppModel();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (BootstrapException e) {
            throw new IllegalStateException(e);
        }
    }
}
