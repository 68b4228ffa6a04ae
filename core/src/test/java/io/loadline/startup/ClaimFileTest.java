/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.startup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.loadline.LogCapture;
import io.loadline.startup.ClaimFile.Attempt;
import io.loadline.time.ManualTicker;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClaimFileTest {
    private static final Path LOCKS = Path.of("/proc/locks");

    private final ManualTicker ticker = new ManualTicker();

    @TempDir
    private Path folder;

    @Test
    void newFile_letsOtherUsersIn() throws Exception {
        Path file = folder.resolve("startup.lock");
        ClaimFile claim = claim(file);

        assertThat(claim.tryClaim()).isEqualTo(Attempt.CLAIMED);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-rw-rw-");
        claim.release();
    }

    /** On a node where all see the file at once somebody else may have made it, but not yet for everybody. */
    @Test
    void failure_thatDoesNotLast_isWaitedOut() throws Exception {
        Path missing = folder.resolve("missing");
        ClaimFile claim = claim(missing.resolve("startup.lock"));
        try (LogCapture log = LogCapture.of(ClaimFile.class)) {
            for (int i = 0; i < 2; i++) {
                assertThat(claim.tryClaim()).isEqualTo(Attempt.TAKEN);
                ticker.advance(Duration.ofMillis(1_900));
                Files.createDirectory(missing);
                assertThat(claim.tryClaim()).isEqualTo(Attempt.CLAIMED);
                claim.release();
                Files.delete(missing.resolve("startup.lock"));
                Files.delete(missing);
            }
            assertThat(claim.tryClaim()).isEqualTo(Attempt.TAKEN);
            ticker.advance(Duration.ofSeconds(2));
            assertThat(claim.tryClaim()).isEqualTo(Attempt.UNUSABLE);
            assertThat(claim.tryClaim()).isEqualTo(Attempt.UNUSABLE);

            assertThat(log.warnings()).hasSize(1);
        }
    }

    @Test
    void symbolicLink_isNotFollowed() throws Exception {
        Path elsewhere = folder.resolve("elsewhere");
        Path link = Files.createSymbolicLink(folder.resolve("startup.lock"), elsewhere);

        assertThat(claim(link).tryClaim()).isEqualTo(Attempt.TAKEN);
        assertThat(elsewhere).doesNotExist();
    }

    @Test
    void folderOfTwoNames_hasOneFile() throws Exception {
        Path folderItself = Files.createDirectory(folder.resolve("itself"));
        Path folderLinked = Files.createSymbolicLink(folder.resolve("linked"), folderItself);
        ClaimFile claim = claim(folderItself.resolve("startup.lock"));
        ClaimFile other = claim(folderLinked.resolve("startup.lock"));

        assertThat(claim.tryClaim()).isEqualTo(Attempt.CLAIMED);
        assumeTrue(isLocked(folderItself.resolve("startup.lock")), "this kernel tells of locks");
        assertThat(other.tryClaim()).isEqualTo(Attempt.TAKEN);
        assertThat(isLocked(folderItself.resolve("startup.lock"))).isTrue();
        claim.release();
        assertThat(other.tryClaim()).isEqualTo(Attempt.CLAIMED);
        other.release();
    }

    /** As another class loader's copy of the class holds it: a channel of this process that is not in the set. */
    @Test
    void lockOfSomebodyElseInTheProcess_isNotGivenUp() throws Exception {
        Path file = folder.resolve("startup.lock");
        ClaimFile claim = claim(file);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            assertThat(channel.tryLock()).isNotNull();
            assumeTrue(isLocked(file), "this kernel tells of locks");

            assertThat(claim.tryClaim()).isEqualTo(Attempt.TAKEN);
            assertThat(claim.tryClaim()).isEqualTo(Attempt.TAKEN);
            assertThat(isLocked(file)).isTrue();
        }
        assertThat(claim.tryClaim()).isEqualTo(Attempt.CLAIMED);
        assertThat(isLocked(file)).isTrue();
        claim.release();
        assertThat(isLocked(file)).isFalse();
    }

    private ClaimFile claim(Path file) {
        return new ClaimFile(file, ticker);
    }

    /** As the kernel sees it: {@code 1: POSIX ADVISORY WRITE 4711 08:01:131 0 EOF}. */
    private static boolean isLocked(Path file) throws IOException {
        Object inode = Files.getAttribute(file, "unix:ino");
        return Files.exists(LOCKS)
                && Files.readAllLines(LOCKS).stream().anyMatch(line -> line.contains(":" + inode + " "));
    }
}
