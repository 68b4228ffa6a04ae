/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.config;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A token in a file. Thread-safe. */
final class BearerToken implements SettingsAuthorization {
    private static final String SCHEME = "Bearer ";
    private static final int MIN = 16;
    private static final int MAX = 4_096;

    private final Path file;

    BearerToken(Path file) {
        this.file = file;
    }

    @Override
    public Decision authorize(Function<String, @Nullable String> header) {
        String given = header.apply("Authorization");
        String token = token();
        if (given == null || token == null || !given.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
            return Decision.unknown();
        }
        // Of the same length whatever is given, so that not even that is told by how long the comparison takes.
        boolean same =
                MessageDigest.isEqual(digest(given.substring(SCHEME.length()).strip()), digest(token));
        return same ? Decision.allowed("bearer of the token") : Decision.unknown();
    }

    private @Nullable String token() {
        try (InputStream in = Files.newInputStream(file)) {
            String token = new String(in.readNBytes(MAX + 1), StandardCharsets.UTF_8).strip();
            return token.length() < MIN || token.length() > MAX ? null : token;
        } catch (IOException | RuntimeException unreadable) {
            return null;
        }
    }

    private static byte[] digest(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JVM has SHA-256", e);
        }
    }
}
