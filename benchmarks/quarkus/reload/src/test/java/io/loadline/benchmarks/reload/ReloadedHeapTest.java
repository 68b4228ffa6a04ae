/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.reload;

import static org.assertj.core.api.Assertions.assertThat;

import io.loadline.testing.Ports;
import io.loadline.testing.Wire;
import io.quarkus.test.QuarkusDevModeTest;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.TimeUnit;
import org.jboss.shrinkwrap.api.asset.StringAsset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Writes down what is live in the heap, a number of times with a reload in between; whether that is much, the caller says. */
@EnabledIfSystemProperty(named = ReloadedHeapTest.FILE, matches = ".+", disabledReason = "benchmarks/startup --reloads")
class ReloadedHeapTest {
    static final String FILE = "loadline.reload.file";
    private static final int PORT = Ports.free();
    private static final int READINGS = Integer.getInteger("loadline.reload.readings", 2);

    @RegisterExtension
    static final QuarkusDevModeTest SERVICE = new QuarkusDevModeTest()
            .withApplicationRoot(jar -> jar.addClasses(VersionResource.class)
                    .addAsResource(
                            new StringAsset("quarkus.http.port=" + PORT + "\nquarkus.http.host=localhost\n"
                                    + "quarkus.live-reload.instrumentation=false\n"),
                            "application.properties"));

    @Test
    void reloads_heapIsWrittenDown() throws Exception {
        assertThat(version()).isEqualTo("version 0");
        // The first reload brings the compiler, which stays.
        for (int reload = 1; reload <= READINGS; reload++) {
            reload(reload);
            write(liveBytes());
        }
    }

    private static void reload(int version) {
        SERVICE.modifySourceFile(
                VersionResource.class,
                source -> source.replace("\"version " + (version - 1) + "\"", "\"version " + version + "\""));
        assertThat(version()).isEqualTo("version " + version);
    }

    private static String version() {
        return Wire.get(PORT, "/version").body();
    }

    /* Threads of what was before take a moment to end; what is found unreachable and cleaned up then is garbage after that. */
    private static long liveBytes() throws InterruptedException {
        for (int i = 0; i < 3; i++) {
            TimeUnit.MILLISECONDS.sleep(700);
            System.gc();
        }
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    private static void write(long bytes) throws Exception {
        Files.writeString(
                Path.of(System.getProperty(FILE)), bytes + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }
}
