/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.config;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.loadline.time.Heartbeat;
import io.loadline.time.Registration;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Looks at a directory of settings twice a second and tells what has changed there. Thread-safe. */
final class MountWatcher implements AutoCloseable {
    /*
     * Looking costs a few system calls, and works everywhere. The JDK's watch service would tell half a second earlier,
     * but not from network file systems; it must be set up anew whenever the directory is replaced; and its inotify
     * instances, of which a user has 128, are used up on a node full of pods just when something is wrong.
     *
     * A file system can hang. So it is looked at by a thread of its own, which the heartbeat only wakes. The start waits for
     * the first look, since what is there shall hold before the first request, but not for long; the end waits for nothing.
     *
     * What is changed as a whole, see Mount, is told at once. Elsewhere somebody may be writing at this moment: it is told
     * when it has looked the same twice in a row. That is the best one can do, and no help against a writer who makes a
     * pause in the middle of a file: write beside it and rename.
     *
     * What was told once is not told again unless it has changed, or something else has that it may depend on.
     */
    static final Duration PERIOD = Duration.ofMillis(500);

    /** How long the start waits for a file system that does not answer. */
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private static final Logger LOG = LoggerFactory.getLogger(LiveSettings.class);

    private final Path directory;
    private final Supplier<Mount.@Nullable Content> reader;
    private final Duration patience;
    private final Heartbeat heartbeat;
    private final CountDownLatch firstLook = new CountDownLatch(1);
    private final Consumer<Mount.Content> told;
    private final Object looking = new Object();

    /** Written by {@link #start()} and {@link #close()}, read by the thread itself; a look more or less is harmless. */
    private volatile @Nullable Thread thread;

    /** Written by {@link #start()} and the beat, taken by the thread. */
    private volatile boolean due;

    /** Written by {@link #close()}, read by whoever looks: what a hanging file system says at last is not told any more. */
    private volatile boolean closed;

    /** Confined to the beat. */
    private long lastDueNanos;

    /** Raised by whoever changes something else, taken by the next look. */
    private volatile boolean retry;

    /** Written by whoever looks, read by anybody. */
    private volatile @Nullable Look last;

    @GuardedBy("looking")
    private Mount.@Nullable Content candidate;

    @GuardedBy("looking")
    private Mount.@Nullable Content settled;

    @GuardedBy("looking")
    private boolean goneLogged;

    private @Nullable Registration beats;

    MountWatcher(Path directory, Heartbeat heartbeat, Consumer<Mount.Content> told) {
        this(directory, new Mount(directory)::read, PATIENCE, heartbeat, told);
    }

    /** For tests, whose file systems hang. */
    MountWatcher(
            Path directory,
            Supplier<Mount.@Nullable Content> reader,
            Duration patience,
            Heartbeat heartbeat,
            Consumer<Mount.Content> told) {
        this.directory = directory;
        this.reader = reader;
        this.patience = patience;
        this.heartbeat = heartbeat;
        this.told = told;
    }

    /** Looks at once, and goes on at the beats. Returns before it has looked only if that takes too long. */
    void start() {
        if (begin() && !awaitFirstLook()) {
            LOG.warn(
                    "Settings: {} does not answer, so the service starts without what is there; it holds once it does",
                    directory);
        }
    }

    private synchronized boolean begin() {
        if (thread != null || closed) {
            return false;
        }
        Thread started = new Thread(this::run, "loadline-settings");
        started.setDaemon(true);
        due = true;
        thread = started;
        started.start();
        lastDueNanos = heartbeat.ticker().read();
        beats = heartbeat.listen(this::beat);
        return true;
    }

    private boolean awaitFirstLook() {
        try {
            return firstLook.await(patience.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        }
    }

    /** The next look tells what is there even if it is what was told last. */
    void retry() {
        retry = true;
    }

    MountStatus status() {
        Look seen = last;
        return seen == null
                ? new MountStatus(directory, null, false, List.of())
                : new MountStatus(
                        directory,
                        Duration.ofNanos(heartbeat.ticker().read() - seen.nanos),
                        seen.content != null,
                        seen.content == null ? List.of() : seen.content.problems());
    }

    @Override
    public synchronized void close() {
        closed = true;
        Thread running = thread;
        thread = null;
        if (beats != null) {
            beats.close();
            beats = null;
        }
        if (running != null) {
            LockSupport.unpark(running);
        }
    }

    private void beat(Heartbeat.Beat beat) {
        if (beat.nowNanos() - lastDueNanos >= PERIOD.toNanos()) {
            lastDueNanos = beat.nowNanos();
            due = true;
            LockSupport.unpark(thread);
        }
    }

    private void run() {
        Thread self = Thread.currentThread();
        while (thread == self) {
            if (due) {
                due = false;
                lookWhateverHappens();
                firstLook.countDown();
            }
            LockSupport.park(this);
            // Somebody else's interrupt would make every later park return at once, and close files that are read.
            boolean unused = Thread.interrupted();
        }
    }

    private void lookWhateverHappens() {
        try {
            look();
        } catch (Throwable e) {
            // What can be wrong with files and settings is told where it is found, so this is a want of memory.
        }
    }

    /** Looks once. */
    void look() {
        synchronized (looking) {
            Mount.Content content = reader.get();
            if (closed) {
                return;
            }
            last = new Look(heartbeat.ticker().read(), content);
            if (content == null) {
                candidate = null;
                logGone();
                return;
            }
            goneLogged = false;
            boolean again = content.equals(candidate);
            candidate = content;
            if (!content.whole() && !again) {
                return;
            }
            boolean wanted = retry;
            retry = false;
            if (wanted || !content.equals(settled)) {
                // Not before: what could not be told, for want of memory, is told at the next look.
                settled = null;
                told.accept(content);
                settled = content;
            }
        }
    }

    @GuardedBy("looking")
    private void logGone() {
        if (!goneLogged) {
            goneLogged = true;
            LOG.info("Settings: {} is not there, so what was read there last holds", directory);
        }
    }

    private record Look(long nanos, Mount.@Nullable Content content) {}
}
