/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.loadline.LogCapture;
import io.loadline.config.SettingsChange.Result;
import io.loadline.limit.AdaptiveLimit;
import io.loadline.limit.ConcurrencyLimiter;
import io.loadline.limit.Enforcement;
import io.loadline.limit.LimitBounds;
import io.loadline.time.Heartbeat;
import io.loadline.time.ManualTicker;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Settings in a directory that is watched; looks are made by hand but in the last tests. */
class MountTest {
    private static final String ENFORCEMENT = "loadline.limit.enforcement";
    private static final String FILE = "loadline.properties";

    @TempDir
    private Path temp;

    private final ManualTicker ticker = new ManualTicker();
    private final Heartbeat heartbeat = Heartbeat.create(ticker);
    private final ConcurrencyLimiter limiter = ConcurrencyLimiter.builder("test")
            .ticker(ticker)
            .algorithm(() -> AdaptiveLimit.builder().limits(2, 100).build())
            .build();
    private LiveSettings settings;

    @AfterEach
    void close() {
        if (settings != null) {
            settings.close();
        }
    }

    @Test
    void configMap_isReadAtTheStart_andWhenItIsSwapped() throws IOException {
        ConfigMap map = new ConfigMap(mount(), Map.of(ENFORCEMENT, "shadow\n", "application.yml", "a: b"));
        MountWatcher watcher = watch();

        assertThat(limiter.enforcement()).isEqualTo(Enforcement.SHADOW);
        assertThat(LiveSettingsTest.setting(settings, ENFORCEMENT).source()).isEqualTo(SettingSource.MOUNTED);
        map.change(Map.of(FILE, "loadline.limit.max = 30\nother.thing = 3\n", ENFORCEMENT, "off"));
        watcher.look();

        assertThat(limiter.enforcement()).isEqualTo(Enforcement.OFF);
        assertThat(limiter.settings().bounds()).isEqualTo(new LimitBounds(2, 30));
        map.change(Map.of(FILE, "# nothing\n"));
        watcher.look();
        assertThat(limiter.enforcement()).isEqualTo(Enforcement.ENFORCE);
        assertThat(limiter.settings().bounds()).isEqualTo(new LimitBounds(2, 100));
        assertThat(settings.history()).hasSize(3).allMatch(each -> each.who().equals("files in " + mount()));
    }

    /** A link that moves while files are read leads to files of the one or the other version, never of both. */
    @Test
    void configMap_thatIsSwappedAllTheTime_isNeverSeenMixed() throws Exception {
        ConfigMap map = new ConfigMap(mount(), numbers(0));
        Mount mount = new Mount(mount());
        BlockingQueue<Mount.Content> mixed = new ArrayBlockingQueue<>(1);
        Thread reader = new Thread(() -> {
            while (!Thread.currentThread().isInterrupted()) {
                Mount.Content seen = mount.read();
                if (seen != null
                        && (!seen.problems().isEmpty()
                                || seen.texts().values().stream().distinct().count() != 1
                                || seen.texts().size() != 4)) {
                    boolean unused = mixed.offer(seen);
                }
            }
        });
        reader.start();
        for (int i = 1; i <= 200; i++) {
            map.change(numbers(i));
        }
        reader.interrupt();
        reader.join();

        assertThat(mixed).isEmpty();
    }

    @Test
    void configMap_withOneWrongSetting_isRefusedAsAWholeAndOnce() throws IOException {
        ConfigMap map = new ConfigMap(mount(), Map.of(ENFORCEMENT, "shadow"));
        MountWatcher watcher = watch();

        map.change(Map.of(ENFORCEMENT, "off", FILE, "loadline.limit.max=20\nloadline.limit.mn=4\n"));
        try (LogCapture log = LogCapture.of(LiveSettings.class)) {
            for (int i = 0; i < 10; i++) {
                watcher.look();
            }
            assertThat(log.warnings())
                    .containsExactly("Settings: refused what files in " + mount()
                            + " wanted, version 2 still holds: loadline.limit.mn = 4: there is no such setting that can"
                            + " change while the service runs; did you mean loadline.limit.min?");
        }

        assertThat(limiter.enforcement()).isEqualTo(Enforcement.SHADOW);
        assertThat(settings.changes(Result.REJECTED)).isEqualTo(1);
        map.change(Map.of(ENFORCEMENT, "off"));
        watcher.look();
        assertThat(limiter.enforcement()).isEqualTo(Enforcement.OFF);
    }

    @Test
    void files_thatAreBeingWritten_areNotUsedBeforeTheyRest() throws IOException {
        Files.createDirectories(mount());
        MountWatcher watcher = watch();
        Path file = mount().resolve(FILE);

        Files.writeString(file, "loadline.limit.max=5");
        watcher.look();
        Files.writeString(file, "loadline.limit.max=50\nloadline.limit.enforcement=sha");
        watcher.look();
        Files.writeString(file, "loadline.limit.max=50\nloadline.limit.enforcement=shadow\n");
        watcher.look();
        assertThat(settings.current().version()).isEqualTo(1);
        assertThat(settings.history()).isEmpty();
        watcher.look();

        assertThat(limiter.settings().bounds()).isEqualTo(new LimitBounds(2, 50));
        assertThat(limiter.enforcement()).isEqualTo(Enforcement.SHADOW);
        Files.delete(file);
        watcher.look();
        watcher.look();
        assertThat(limiter.enforcement()).isEqualTo(Enforcement.ENFORCE);
    }

    @Test
    void directory_thatVanishesAndComesBack_isReadAgain() throws IOException {
        MountWatcher watcher = watch();
        assertThat(settings.mount().there()).isFalse();
        ConfigMap first = new ConfigMap(mount(), Map.of(ENFORCEMENT, "off"));
        watcher.look();
        assertThat(limiter.enforcement()).isEqualTo(Enforcement.OFF);

        Files.move(mount(), temp.resolve("gone"));
        watcher.look();
        assertThat(limiter.enforcement()).isEqualTo(Enforcement.OFF);
        assertThat(settings.mount().there()).isFalse();
        ticker.advance(Duration.ofSeconds(3));
        assertThat(settings.mount().looked()).isEqualTo(Duration.ofSeconds(3));
        ConfigMap second = new ConfigMap(mount(), Map.of(ENFORCEMENT, "shadow"));
        watcher.look();

        assertThat(limiter.enforcement()).isEqualTo(Enforcement.SHADOW);
        assertThat(settings.mount().there()).isTrue();
        assertThat(first).isNotSameAs(second);
    }

    @Test
    void files_thatAreNoSettings_areRefusedByName() throws IOException {
        Path directory = Files.createDirectories(mount());
        Files.writeString(directory.resolve(ENFORCEMENT), "off");
        try (RandomAccessFile sparse =
                new RandomAccessFile(directory.resolve(FILE).toFile(), "rw")) {
            sparse.setLength(100L * 1024 * 1024);
        }
        Files.write(directory.resolve("loadline.limit.max"), new byte[] {'1', (byte) 0xff, '2'});
        Files.write(directory.resolve("loadline.limit.min"), new byte[] {'1', 0});
        Path loop = directory.resolve("loadline.limit.max-streams");
        Files.createSymbolicLink(loop, loop);
        Files.createDirectory(directory.resolve("loadline.drain.quiet"));
        Files.writeString(directory.resolve("loadline.limit.waiting.max-waiters"), "1".repeat(3_000));
        MountWatcher watcher = watch();
        watcher.look();

        assertThat(limiter.enforcement()).isEqualTo(Enforcement.ENFORCE);
        List<SettingProblem> problems = settings.history().get(0).problems();
        assertThat(problems)
                .extracting(SettingProblem::toString)
                .containsExactly(
                        "loadline.drain.quiet: it cannot be used: no regular file",
                        "loadline.limit.max: it must be text in UTF-8",
                        "loadline.limit.max-streams: it cannot be used: no regular file",
                        "loadline.limit.min: it must be text in UTF-8",
                        "loadline.properties: it cannot be used: longer than 65536 bytes",
                        "loadline.limit.waiting.max-waiters = " + "1".repeat(120)
                                + "...: it must be a whole number between 0 and 1048575");
        assertThat(settings.mount().problems()).hasSize(5);
    }

    @Test
    void directory_thatIsALoopOrAFile_keepsWhatHolds() throws IOException {
        ConfigMap map = new ConfigMap(mount(), Map.of(ENFORCEMENT, "off"));
        MountWatcher watcher = watch();
        assertThat(map).isNotNull();
        Path data = mount().resolve("..data");
        Files.delete(data);
        Files.createSymbolicLink(data, data.getFileName());
        watcher.look();
        watcher.look();

        assertThat(limiter.enforcement()).isEqualTo(Enforcement.OFF);
        assertThat(settings.history().get(0).result()).isEqualTo(Result.REJECTED);
        Files.delete(data);
        Files.writeString(data, "a file");
        Files.move(mount(), temp.resolve("elsewhere"));
        Files.writeString(mount(), "a file, too");
        watcher.look();
        assertThat(limiter.enforcement()).isEqualTo(Enforcement.OFF);
    }

    @Test
    void properties_thatSayOneThingTwice_areRefused() throws IOException {
        ConfigMap map = new ConfigMap(
                mount(),
                Map.of(
                        FILE,
                        "loadline.limit.max=20\nloadline.limit.max=30\nloadline.limit.min=3",
                        "loadline.limit.min",
                        "4"));
        MountWatcher unused = watch();

        assertThat(settings.history().get(0).problems())
                .extracting(SettingProblem::toString)
                .containsExactlyInAnyOrder(
                        "loadline.limit.max = 30: it must be there once",
                        "loadline.limit.min = 3: it is in loadline.properties and in a file of its own");
        assertThat(map).isNotNull();
    }

    /** What was refused for what somebody had changed at run time is tried again when he has taken that back. */
    @Test
    void files_thatContradictedWhatIsTakenBack_areUsedThen() throws IOException {
        ConfigMap map = new ConfigMap(mount(), Map.of(ENFORCEMENT, "off"));
        MountWatcher watcher = watch();
        settings.change(Map.of("loadline.limit.min", "50"), "alice");
        map.change(Map.of("loadline.limit.max", "20"));
        watcher.look();
        watcher.look();
        assertThat(settings.changes(Result.REJECTED)).isEqualTo(1);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> settings.change(Map.of("loadline.limit.max", "20"), "alice"));

        settings.change(Map.of("loadline.limit.min", ""), "alice");
        watcher.look();

        assertThat(limiter.settings().bounds()).isEqualTo(new LimitBounds(2, 20));
    }

    @Test
    void runtime_hasPrecedenceOverFiles_andFilesOverTheEnvironment() throws IOException {
        ConfigMap map = new ConfigMap(mount(), Map.of(ENFORCEMENT, "shadow"));
        settings = builder()
                .environment(Map.of("LOADLINE_LIMIT_ENFORCEMENT", "off"))
                .build();
        assertThat(limiter.enforcement()).isEqualTo(Enforcement.OFF);
        settings.start();
        assertThat(limiter.enforcement()).isEqualTo(Enforcement.SHADOW);
        settings.change(Map.of(ENFORCEMENT, "enforce"), "alice");

        assertThat(limiter.enforcement()).isEqualTo(Enforcement.ENFORCE);
        assertThat(map).isNotNull();
    }

    /** By the real thread, woken by beats of a clock that is moved by hand. */
    @Test
    void beats_makeTheSwapHoldWithinTwoSeconds() throws Exception {
        ConfigMap map = new ConfigMap(mount(), Map.of(ENFORCEMENT, "shadow"));
        settings = builder().build();
        settings.start();
        BlockingQueue<SettingsChange> told = new ArrayBlockingQueue<>(1);
        settings.listen(told::add);
        map.change(Map.of(ENFORCEMENT, "off"));

        for (int beats = 0; beats < 19; beats++) {
            ticker.advance(Heartbeat.PERIOD);
            heartbeat.beat();
        }

        assertThat(told.poll(10, TimeUnit.SECONDS)).isNotNull();
        assertThat(limiter.enforcement()).isEqualTo(Enforcement.OFF);
    }

    private Path mount() {
        return temp.resolve("settings");
    }

    private LiveSettings.Builder builder() {
        return LiveSettings.builder(heartbeat)
                .environment(Map.of())
                .part(new LimiterKnobs(limiter))
                .watch(mount());
    }

    /** Settings that have looked once, and what lets them look again. */
    private MountWatcher watch() {
        settings = builder().build();
        settings.start();
        return settings.watcher();
    }

    private static Map<String, String> numbers(int value) {
        String text = String.valueOf(value);
        return Map.of(
                "loadline.a",
                text,
                "loadline.b",
                text,
                "loadline.c",
                text,
                "loadline.properties",
                "loadline.d=" + text);
    }
}
