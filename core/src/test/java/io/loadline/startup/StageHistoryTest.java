/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.startup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.loadline.LogCapture;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StageHistoryTest {
    @TempDir
    private Path folder;

    @Test
    void save_thenLoad_keepsWhatStagesTook() throws Exception {
        Path file = folder.resolve("history");
        StageHistory history = StageHistory.load(file);
        history.put("price cache \u00e4", 123_456_789, 4_200_000_000L);
        history.put("geo", -5, 0);
        history.save();
        history.put("geo", 7, 0);
        history.save();
        StageHistory loaded = StageHistory.load(file);

        assertThat(loaded.bytes("price cache \u00e4")).hasValue(123_456_789);
        assertThat(loaded.nanos("price cache \u00e4")).hasValue(4_200_000_000L);
        assertThat(loaded.bytes("geo")).hasValue(7);
        assertThat(loaded.bytes("unknown")).isEmpty();
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files).containsExactly(file);
        }
    }

    @Test
    void load_withoutAFile_isEmptyWithoutAWarning() {
        try (LogCapture log = LogCapture.of(StageHistory.class)) {
            assertThat(StageHistory.load(folder.resolve("none")).bytes("a")).isEmpty();
            assertThat(StageHistory.load(null).bytes("a")).isEmpty();
            StageHistory.load(null).save();

            assertThat(log.messages()).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "something else\n",
                "loadline-startup 2\n1\t1\ta\n",
                "loadline-startup 1\n100\t1\ta\nbroken\n",
                "loadline-startup 1\n100\t1\ta\n1\tx\tb\n",
                "loadline-startup 1\n-1\t1\ta\n",
                "loadline-startup 1\n9223372036854775807\t1\ta\n",
                "loadline-startup 1\n1\t99999999999\ta\n",
                "loadline-startup 1\n100\t1\ta\n\u0000\u0000\u0000"
            })
    void load_ofADamagedFile_isEmptyWithOneWarning(String text) throws Exception {
        Path file = Files.writeString(folder.resolve("history"), text);
        try (LogCapture log = LogCapture.of(StageHistory.class)) {
            assertThat(StageHistory.load(file).bytes("a")).isEqualTo(OptionalLong.empty());

            assertThat(log.warnings())
                    .singleElement()
                    .asString()
                    .startsWith("Startup: history file " + file + " is ignored (");
        }
    }

    @Test
    void load_ofBytesThatAreNoText_isEmptyWithOneWarning() throws Exception {
        Path file = Files.write(folder.resolve("history"), new byte[] {(byte) 0xff, (byte) 0xfe, 0});
        try (LogCapture log = LogCapture.of(StageHistory.class)) {
            assertThat(StageHistory.load(file).bytes("a")).isEmpty();
            assertThat(log.warnings()).hasSize(1);
        }
    }

    @Test
    void load_ofAHugeFileOrAFolder_isEmptyWithAWarning() throws Exception {
        Path huge = Files.write(folder.resolve("huge"), new byte[2 << 20]);
        Path directory = Files.createDirectory(folder.resolve("folder"));
        try (LogCapture log = LogCapture.of(StageHistory.class)) {
            assertThat(StageHistory.load(huge).bytes("a")).isEmpty();
            assertThat(StageHistory.load(directory).bytes("a")).isEmpty();

            assertThat(log.warnings()).hasSize(2);
        }
    }

    /** Reading a pipe may never end, nor a device. */
    @Test
    void load_ofWhatIsNoFile_doesNotReadIt() {
        Path zeros = Path.of("/dev/zero");
        assumeTrue(Files.exists(zeros));
        try (LogCapture log = LogCapture.of(StageHistory.class)) {
            assertThat(StageHistory.load(zeros).bytes("a")).isEmpty();

            assertThat(log.warnings()).containsExactly("Startup: history file /dev/zero is ignored (it is no file)");
        }
    }

    /** Other instances, which may run as other users, are to read it. */
    @Test
    void save_leavesThePermissionsAsTheyWere() throws Exception {
        Path file = folder.resolve("history");
        Path other = Files.createFile(folder.resolve("other"));
        StageHistory history = StageHistory.load(file);
        history.save();
        assertThat(Files.getPosixFilePermissions(file)).isEqualTo(Files.getPosixFilePermissions(other));

        Set<PosixFilePermission> chosen = PosixFilePermissions.fromString("rw-rw----");
        Files.setPosixFilePermissions(file, chosen);
        history.save();
        assertThat(Files.getPosixFilePermissions(file)).isEqualTo(chosen);
    }

    @Test
    void save_afterADraftWasLeftBehind_takesItsPlace() throws Exception {
        StageHistory history = StageHistory.load(folder.resolve("history"));
        history.save();
        Files.writeString(StageHistory.draft(folder.resolve("history")), "left behind by a kill".repeat(100));
        history.save();

        assertThat(folder).isDirectoryContaining("glob:**history").isDirectoryNotContaining("glob:**.new");
        assertThat(folder.resolve("history")).hasContent("loadline-startup 1");
    }

    @Test
    void save_whereNothingCanBeWritten_warnsAndGoesOn() throws Exception {
        Path noFolder = Files.createFile(folder.resolve("file")).resolve("history");
        Path missing = folder.resolve("missing").resolve("history");
        try (LogCapture log = LogCapture.of(StageHistory.class)) {
            for (Path file : new Path[] {noFolder, missing}) {
                StageHistory history = StageHistory.load(file);
                history.put("a", 1, 1);
                history.save();
            }

            assertThat(log.warnings())
                    .anyMatch(line -> line.startsWith("Startup: history file " + noFolder + " cannot be written ("))
                    .anyMatch(line -> line.startsWith("Startup: history file " + missing + " cannot be written ("));
        }
    }
}
