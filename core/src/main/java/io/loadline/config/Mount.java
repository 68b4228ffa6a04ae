/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.config;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A directory of settings, read as a whole and within bounds. Stateless but for the path; thread-safe. */
final class Mount {
    /*
     * Kubernetes keeps the files of a ConfigMap in a directory of their own, to which the link "..data" points, and
     * changes all of them at once by renaming another link over that one. So what the link points to is read, not what
     * the names beside it lead to: the files of one directory are of one version, however the link moves meanwhile.
     */
    static final String FILE = "loadline.properties";

    /** Of the file with any number of settings, and of one with a single value. */
    private static final int MAX_BYTES = 64 * 1024;

    private static final int MAX_VALUE_BYTES = 4 * 1024;
    private static final int MAX_FILES = Resolver.MAX_SETTINGS;

    private static final int MAX_TRIES = 5;
    private static final int MAX_ENTRIES = 10_000;
    private static final String PREFIX = "loadline.";
    private static final String LINK = "..data";

    private final Path directory;

    Mount(Path directory) {
        this.directory = directory;
    }

    Path directory() {
        return directory;
    }

    /** What is there; null if the directory is not, or if it changes faster than it can be read. */
    @Nullable
    Content read() {
        for (int i = 0; i < MAX_TRIES; i++) {
            Path version = version();
            Content content = read(version);
            // A version is removed file by file after the link has left it, so it may have looked complete.
            if (Objects.equals(version, version())) {
                return content;
            }
        }
        return null;
    }

    /** Where the link leads; null if there is none. */
    private @Nullable Path version() {
        try {
            return Files.readSymbolicLink(directory.resolve(LINK));
        } catch (IOException | RuntimeException none) {
            return null;
        }
    }

    private @Nullable Content read(@Nullable Path version) {
        Map<String, String> texts = new TreeMap<>();
        List<SettingProblem> problems = new ArrayList<>();
        try {
            for (Path file : files(version == null ? directory : directory.resolve(version))) {
                read(file, texts, problems);
            }
        } catch (NoSuchFileException | NotDirectoryException gone) {
            return null;
        } catch (IOException | RuntimeException e) {
            problems.add(new SettingProblem(directory.toString(), null, "it cannot be read: " + e));
        }
        return new Content(directory, version != null, texts, problems);
    }

    private static List<Path> files(Path data) throws IOException {
        List<Path> files = new ArrayList<>();
        int entries = 0;
        try (DirectoryStream<Path> all = Files.newDirectoryStream(data)) {
            for (Path each : all) {
                if (each.getFileName().toString().startsWith(PREFIX)) {
                    files.add(each);
                }
                if (files.size() > MAX_FILES || ++entries > MAX_ENTRIES) {
                    throw new IOException("too many files");
                }
            }
        }
        files.sort(null);
        return files;
    }

    private static void read(Path file, Map<String, String> texts, List<SettingProblem> problems)
            throws NoSuchFileException {
        String name = file.getFileName().toString();
        try {
            String text = text(file, name.equals(FILE) ? MAX_BYTES : MAX_VALUE_BYTES);
            if (!name.equals(FILE)) {
                put(name, text.strip(), texts, problems);
                return;
            }
            for (Map.Entry<String, String> each :
                    PropertiesText.read(text, problems).entrySet()) {
                if (each.getKey().startsWith(PREFIX)) {
                    put(each.getKey(), each.getValue().strip(), texts, problems);
                }
            }
        } catch (NoSuchFileException gone) {
            throw gone;
        } catch (CharacterCodingException e) {
            problems.add(new SettingProblem(name, null, "it must be text in UTF-8"));
        } catch (IOException e) {
            problems.add(new SettingProblem(name, null, "it cannot be used: " + e.getMessage()));
        } catch (IllegalArgumentException e) {
            problems.add(new SettingProblem(name, null, "it must be in the format of properties: " + e.getMessage()));
        }
    }

    private static void put(String key, String text, Map<String, String> texts, List<SettingProblem> problems) {
        if (texts.put(key, text) != null) {
            problems.add(new SettingProblem(key, text, "it is in " + FILE + " and in a file of its own"));
        }
    }

    private static String text(Path file, int maxBytes) throws IOException {
        if (!Files.exists(file) && !Files.isSymbolicLink(file)) {
            throw new NoSuchFileException(file.toString());
        }
        if (!Files.isRegularFile(file)) {
            // To open a pipe would wait for somebody who writes to it.
            throw new IOException("no regular file");
        }
        byte[] bytes;
        try (InputStream in = Files.newInputStream(file)) {
            bytes = in.readNBytes(maxBytes + 1);
        }
        if (bytes.length > maxBytes) {
            throw new IOException("longer than " + maxBytes + " bytes");
        }
        String text = StandardCharsets.UTF_8
                .newDecoder()
                .decode(ByteBuffer.wrap(bytes))
                .toString();
        if (text.indexOf('\0') >= 0) {
            throw new CharacterCodingException();
        }
        return text;
    }

    /**
     * What a directory says. Immutable.
     *
     * @param whole whether it was changed as a whole, so that nobody can still be writing to it
     * @param texts by key
     * @param problems why it cannot be used; empty if it can
     */
    record Content(Path directory, boolean whole, Map<String, String> texts, List<SettingProblem> problems) {}
}
