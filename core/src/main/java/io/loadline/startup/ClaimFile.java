/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.startup;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A claim that one process of all that share a file can hold; the system frees it when the process ends. Thread-safe. */
final class ClaimFile {
    /*
     * The file stays: if whoever is done removed it, the next two might lock different files of the same name. It is
     * opened for each attempt, so that a file that somebody else replaced is noticed.
     *
     * A lock belongs to the process, and closing any channel of the file gives it up: within one JVM a set of paths keeps
     * a second gate from opening a file that is locked.
     */
    private static final Logger LOG = LoggerFactory.getLogger(ClaimFile.class);
    private static final Set<Path> CLAIMED = ConcurrentHashMap.newKeySet();

    private final Path path;

    @GuardedBy("this")
    private @Nullable FileLock held;

    @GuardedBy("this")
    private boolean unusable;

    ClaimFile(Path path) {
        this.path = path.toAbsolutePath().normalize();
    }

    /** Takes the claim if it is free or held by this one already. */
    synchronized Attempt tryClaim() {
        if (unusable) {
            return Attempt.UNUSABLE;
        }
        if (held != null) {
            return Attempt.CLAIMED;
        }
        if (!CLAIMED.add(path)) {
            return Attempt.TAKEN;
        }
        try {
            held = lock();
            return held == null ? Attempt.TAKEN : Attempt.CLAIMED;
        } catch (IOException | RuntimeException e) {
            unusable = true;
            LOG.warn(
                    "Startup: lock file {} cannot be used ({}); stages begin when the node's memory is not falling",
                    path,
                    e.toString());
            return Attempt.UNUSABLE;
        } finally {
            if (held == null) {
                CLAIMED.remove(path);
            }
        }
    }

    /** Whether this one holds the claim. */
    synchronized boolean isHeld() {
        return held != null;
    }

    /** Gives the claim back; does nothing without one. */
    synchronized void release() {
        FileLock lock = held;
        held = null;
        if (lock == null) {
            return;
        }
        try {
            // Which releases the lock.
            lock.acquiredBy().close();
        } catch (IOException e) {
            LOG.debug("Startup: lock file {} was not closed", path, e);
        } finally {
            CLAIMED.remove(path);
        }
    }

    private @Nullable FileLock lock() throws IOException {
        boolean isNew = Files.notExists(path);
        FileChannel channel = FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        @Nullable FileLock lock = null;
        try {
            if (isNew) {
                letOthersIn();
            }
            lock = channel.tryLock();
            return lock;
        } catch (OverlappingFileLockException e) {
            // Another class loader's copy of this class has it.
            return null;
        } finally {
            if (lock == null) {
                channel.close();
            }
        }
    }

    /** Instances may run as different users, and a lock wants a file that can be written. */
    private void letOthersIn() {
        try {
            Path unused = Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-rw-rw-"));
        } catch (IOException | UnsupportedOperationException e) {
            LOG.debug("Startup: lock file {} keeps its permissions", path, e);
        }
    }

    /** How an attempt ended. */
    enum Attempt {
        /** The claim is held. */
        CLAIMED,
        /** Another instance holds it. */
        TAKEN,
        /** The file is of no use. */
        UNUSABLE
    }
}
