/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.startup;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.loadline.time.Ticker;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributeView;
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
     * a second gate from opening a file that is locked. Another class loader's copy of this class has a set of its own;
     * while that one holds the lock, the channel that found out stays open, and is the one to try with.
     *
     * Many instances may see a new node at once: the file may be there already, but not yet for all users. So a failure
     * counts when it lasts.
     */
    private static final Logger LOG = LoggerFactory.getLogger(ClaimFile.class);
    private static final Set<Path> CLAIMED = ConcurrentHashMap.newKeySet();
    private static final long MAX_FAILING_NANOS = 2_000_000_000;

    private final Path path;
    private final Ticker ticker;

    @GuardedBy("this")
    private @Nullable FileLock held;

    /** What it is called in the set while it is held: without links, or one file would have several names. */
    @GuardedBy("this")
    private @Nullable Path heldPath;

    /** Open because somebody else in this process holds the lock. */
    @GuardedBy("this")
    private @Nullable FileChannel kept;

    @GuardedBy("this")
    private @Nullable Long failingSinceNanos;

    @GuardedBy("this")
    private boolean unusable;

    ClaimFile(Path path, Ticker ticker) {
        this.path = path.toAbsolutePath().normalize();
        this.ticker = ticker;
    }

    /** Takes the claim if it is free or held by this one already. */
    synchronized Attempt tryClaim() {
        if (unusable) {
            return Attempt.UNUSABLE;
        }
        if (held != null) {
            return Attempt.CLAIMED;
        }
        try {
            Path folder = path.getParent();
            Path real = folder == null ? path : folder.toRealPath().resolve(folder.relativize(path));
            if (CLAIMED.add(real)) {
                try {
                    held = lock(real);
                    heldPath = real;
                } finally {
                    if (held == null) {
                        CLAIMED.remove(real);
                    }
                }
            }
            failingSinceNanos = null;
            return held == null ? Attempt.TAKEN : Attempt.CLAIMED;
        } catch (IOException | RuntimeException e) {
            return failed(e);
        }
    }

    /** Whether this one holds the claim. */
    synchronized boolean isHeld() {
        return held != null;
    }

    /** Gives the claim back; does nothing without one. */
    synchronized void release() {
        FileLock lock = held;
        Path real = heldPath;
        held = null;
        heldPath = null;
        if (lock == null || real == null) {
            return;
        }
        try {
            // Which releases the lock.
            lock.acquiredBy().close();
        } catch (IOException e) {
            LOG.debug("Startup: lock file {} was not closed", path, e);
        } finally {
            CLAIMED.remove(real);
        }
    }

    @GuardedBy("this")
    private @Nullable FileLock lock(Path real) throws IOException {
        FileChannel channel = kept != null ? kept : open(real);
        kept = null;
        @Nullable FileLock lock = null;
        try {
            lock = channel.tryLock();
            return lock;
        } catch (OverlappingFileLockException e) {
            kept = channel;
            return null;
        } finally {
            if (lock == null && kept == null) {
                channel.close();
            }
        }
    }

    /** The folder is open to others: what they put in the file's place is not followed elsewhere. */
    private static FileChannel open(Path real) throws IOException {
        boolean isNew = Files.notExists(real, LinkOption.NOFOLLOW_LINKS);
        FileChannel channel =
                FileChannel.open(real, StandardOpenOption.CREATE, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
        if (isNew) {
            letOthersIn(real);
        }
        return channel;
    }

    /** Instances may run as different users, and a lock wants a file that can be written. */
    private static void letOthersIn(Path real) {
        try {
            PosixFileAttributeView view =
                    Files.getFileAttributeView(real, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS);
            if (view != null) {
                view.setPermissions(PosixFilePermissions.fromString("rw-rw-rw-"));
            }
        } catch (IOException e) {
            LOG.debug("Startup: lock file {} keeps its permissions", real, e);
        }
    }

    @GuardedBy("this")
    private Attempt failed(Exception failure) {
        long now = ticker.read();
        if (failingSinceNanos == null) {
            failingSinceNanos = now;
        }
        if (now - failingSinceNanos < MAX_FAILING_NANOS) {
            return Attempt.TAKEN;
        }
        unusable = true;
        LOG.warn(
                "Startup: lock file {} cannot be used ({}); stages begin when the node's memory is not falling",
                path,
                failure.toString());
        return Attempt.UNUSABLE;
    }

    /** How an attempt ended. */
    enum Attempt {
        /** The claim is held. */
        CLAIMED,
        /** Another instance holds it, or the file cannot be used yet. */
        TAKEN,
        /** The file is of no use. */
        UNUSABLE
    }
}
