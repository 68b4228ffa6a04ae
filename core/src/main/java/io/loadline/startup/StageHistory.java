/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.startup;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What each stage took in an earlier start, kept in a small file if there is one. Not thread-safe. */
final class StageHistory {
    /*
     * One line per stage: bytes, milliseconds and name, with tabs between them, below a first line that names the format.
     * The file is written beside its place and then moved there, so that it is whole at any time and the last of several
     * instances wins.
     */
    private static final Logger LOG = LoggerFactory.getLogger(StageHistory.class);
    private static final String FORMAT = "loadline-startup 1";
    private static final int MAX_FILE_BYTES = 1 << 20;
    private static final long MAX_BYTES = 1L << 50;
    private static final long MAX_MILLIS = 24 * 3_600_000L;
    private static final long NANOS_PER_MILLI = 1_000_000;

    private final @Nullable Path file;
    private final Map<String, Entry> entries = new LinkedHashMap<>();

    private StageHistory(@Nullable Path file) {
        this.file = file;
    }

    /** The history in {@code file}; an empty one if there is no such file, or none that can be read. */
    static StageHistory load(@Nullable Path file) {
        StageHistory history = new StageHistory(file);
        if (file != null) {
            history.read(file);
        }
        return history;
    }

    /** What {@code stage} took. */
    OptionalLong bytes(String stage) {
        Entry entry = entries.get(stage);
        return entry == null ? OptionalLong.empty() : OptionalLong.of(entry.bytes());
    }

    /** How long it ran. */
    OptionalLong nanos(String stage) {
        Entry entry = entries.get(stage);
        return entry == null ? OptionalLong.empty() : OptionalLong.of(entry.millis() * NANOS_PER_MILLI);
    }

    /** Notes what {@code stage} took this time. */
    void put(String stage, long bytes, long nanos) {
        entries.put(stage, new Entry(clamp(bytes, MAX_BYTES), clamp(nanos / NANOS_PER_MILLI, MAX_MILLIS)));
    }

    /** Writes the file, if there is one; a failure is logged. */
    void save() {
        if (file == null) {
            return;
        }
        try {
            write(file.toAbsolutePath());
        } catch (IOException | RuntimeException e) {
            LOG.warn("Startup: history file {} cannot be written ({}); the next start knows less", file, e.toString());
        }
    }

    private void read(Path from) {
        if (Files.exists(from) && !Files.isRegularFile(from)) {
            LOG.warn("Startup: history file {} is ignored (it is no file)", from);
            return;
        }
        try (InputStream in = Files.newInputStream(from)) {
            byte[] bytes = in.readNBytes(MAX_FILE_BYTES + 1);
            if (bytes.length > MAX_FILE_BYTES) {
                throw new IOException("it has more than " + MAX_FILE_BYTES + " bytes");
            }
            parse(new String(bytes, StandardCharsets.UTF_8).lines().toList());
        } catch (NoSuchFileException e) {
            LOG.debug("Startup: no history file {} yet", from);
        } catch (IOException | RuntimeException e) {
            entries.clear();
            LOG.warn("Startup: history file {} is ignored ({})", from, e.toString());
        }
    }

    private void parse(List<String> lines) throws IOException {
        if (lines.isEmpty() || !lines.get(0).equals(FORMAT)) {
            throw new IOException("it does not begin with '" + FORMAT + "'");
        }
        for (String line : lines.subList(1, lines.size())) {
            String[] parts = line.split("\t", 3);
            if (parts.length < 3) {
                throw new IOException("line '" + line + "' is damaged");
            }
            long bytes = Long.parseLong(parts[0]);
            long millis = Long.parseLong(parts[1]);
            if (bytes != clamp(bytes, MAX_BYTES) || millis != clamp(millis, MAX_MILLIS)) {
                throw new IOException("line '" + line + "' is out of range");
            }
            entries.put(parts[2], new Entry(bytes, millis));
        }
    }

    private void write(Path to) throws IOException {
        StringBuilder text = new StringBuilder(FORMAT).append('\n');
        entries.forEach((name, entry) -> text.append(entry.bytes())
                .append('\t')
                .append(entry.millis())
                .append('\t')
                .append(name)
                .append('\n'));
        Path draft = draft(to);
        try {
            Files.writeString(
                    draft,
                    text,
                    StandardOpenOption.CREATE,
                    StandardOpenOption.TRUNCATE_EXISTING,
                    StandardOpenOption.WRITE,
                    LinkOption.NOFOLLOW_LINKS);
            keepPermissions(to, draft);
            move(draft, to);
        } finally {
            boolean unused = Files.deleteIfExists(draft);
        }
    }

    /** Of one name at each start of this instance, so that whoever is killed meanwhile leaves no more than one behind. */
    static Path draft(Path to) {
        return to.resolveSibling(to.getFileName() + "." + InstanceName.withoutTime() + ".new");
    }

    private static void keepPermissions(Path of, Path draft) {
        try {
            Path unused = Files.setPosixFilePermissions(draft, Files.getPosixFilePermissions(of));
        } catch (IOException | UnsupportedOperationException e) {
            LOG.debug("Startup: history file {} gets the permissions of a new file", of, e);
        }
    }

    private static void move(Path draft, Path to) throws IOException {
        try {
            Path unused = Files.move(draft, to, StandardCopyOption.ATOMIC_MOVE);
        } catch (AtomicMoveNotSupportedException e) {
            Path unused = Files.move(draft, to, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    private static long clamp(long value, long max) {
        return Math.max(0, Math.min(max, value));
    }

    private record Entry(long bytes, long millis) {}
}
