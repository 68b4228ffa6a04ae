/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.hotpath;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;

/**
 * Where something is measured. Immutable.
 *
 * @param javaHome the JDK whose {@code bin/java} runs the forks
 * @param jdk its feature version
 * @param threads how many share what is measured
 * @param virtual whether they are virtual
 */
record Setting(Path javaHome, int jdk, int threads, boolean virtual) {

    /** The feature version of a JDK, from its {@code release} file. */
    static int jdk(Path javaHome) throws IOException {
        Properties release = new Properties();
        try (var reader = Files.newBufferedReader(javaHome.resolve("release"))) {
            release.load(reader);
        }
        String version = release.getProperty("JAVA_VERSION", "").replace("\"", "");
        return Runtime.Version.parse(version).feature();
    }

    /** Its name in figures. */
    String key() {
        return "jdk" + jdk + (virtual ? "_v" : "_t") + threads;
    }

    String title() {
        return threads + (virtual ? " virtual" : "");
    }
}
