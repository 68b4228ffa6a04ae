/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.memory;

import static io.loadline.memory.FakeMachine.MIB;
import static io.loadline.memory.FakeMachine.legacyMount;
import static io.loadline.memory.FakeMachine.unifiedMount;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.OptionalLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CgroupMemoryTest {
    private static final String V1_UNLIMITED = "9223372036854771712";

    @TempDir
    Path root;

    private FakeMachine machine;

    @BeforeEach
    void machine() {
        machine = new FakeMachine(root);
    }

    @Test
    void read_version2_tellsLimitWorkingSetAnonymousAndHeadroom() {
        machine.unifiedContainer().unified("sys/fs/cgroup", mib(512), 300 * MIB, 50 * MIB, 200 * MIB);
        MemoryReading reading = machine.reader().read();

        assertThat(reading.limitBytes()).hasValue(512 * MIB);
        assertThat(reading.workingSetBytes()).hasValue(250 * MIB);
        assertThat(reading.anonymousBytes()).hasValue(200 * MIB);
        assertThat(reading.cgroupHeadroomBytes()).hasValue(262 * MIB);
    }

    @Test
    void read_version2WithoutLimit_hasNoHeadroom() {
        machine.unifiedContainer().unified("sys/fs/cgroup", "max", 300 * MIB, 50 * MIB, 200 * MIB);
        MemoryReading reading = machine.reader().read();

        assertThat(reading.limitBytes()).isEmpty();
        assertThat(reading.cgroupHeadroomBytes()).isEmpty();
        assertThat(reading.workingSetBytes()).hasValue(250 * MIB);
    }

    @Test
    void read_memoryHigh_shortensHeadroomButIsNoLimit() {
        machine.unifiedContainer()
                .unified("sys/fs/cgroup", mib(512), 300 * MIB, 50 * MIB, 200 * MIB)
                .file("sys/fs/cgroup/memory.high", mib(400));
        MemoryReading reading = machine.reader().read();

        assertThat(reading.limitBytes()).hasValue(512 * MIB);
        assertThat(reading.cgroupHeadroomBytes()).hasValue(150 * MIB);
    }

    @Test
    void read_version1_tellsTheSame() {
        machine.process("5:cpu,cpuacct:/pod/c\n4:memory:/pod/c\n", legacyMount("/", "/sys/fs/cgroup/memory"))
                .legacy("sys/fs/cgroup/memory", V1_UNLIMITED, 9_000 * MIB, 0, 1, V1_UNLIMITED)
                .legacy("sys/fs/cgroup/memory/pod", V1_UNLIMITED, 900 * MIB, 0, 1, V1_UNLIMITED)
                .legacy("sys/fs/cgroup/memory/pod/c", "" + 512 * MIB, 300 * MIB, 50 * MIB, 200 * MIB, "" + 512 * MIB);
        MemoryReading reading = machine.reader().read();

        assertThat(reading.limitBytes()).hasValue(512 * MIB);
        assertThat(reading.workingSetBytes()).hasValue(250 * MIB);
        assertThat(reading.anonymousBytes()).hasValue(200 * MIB);
        assertThat(reading.cgroupHeadroomBytes()).hasValue(262 * MIB);
    }

    @ParameterizedTest
    @ValueSource(strings = {V1_UNLIMITED, "9223372036854775807", "18446744073709551615"})
    void read_version1WithItsHugeNumber_hasNoLimit(String unlimited) {
        machine.process("4:memory:/\n", legacyMount("/", "/sys/fs/cgroup/memory"))
                .legacy("sys/fs/cgroup/memory", unlimited, 300 * MIB, 50 * MIB, 200 * MIB, unlimited);

        assertThat(machine.reader().read().limitBytes()).isEmpty();
        assertThat(machine.reader().read().cgroupHeadroomBytes()).isEmpty();
    }

    @Test
    void read_ancestorWithLessHeadroom_isWhatCounts() {
        machine.process("0::/kube/pod/c\n", unifiedMount("/", "/sys/fs/cgroup"))
                .unified("sys/fs/cgroup/kube", "max", 9_000 * MIB, 0, 1)
                .unified("sys/fs/cgroup/kube/pod", mib(600), 590 * MIB, 20 * MIB, 1)
                .unified("sys/fs/cgroup/kube/pod/c", mib(512), 300 * MIB, 50 * MIB, 200 * MIB);
        MemoryReading reading = machine.reader().read();

        assertThat(reading.limitBytes()).hasValue(512 * MIB);
        assertThat(reading.workingSetBytes()).hasValue(250 * MIB);
        assertThat(reading.cgroupHeadroomBytes()).hasValue(30 * MIB);
    }

    @Test
    void read_ancestorWithTheLeastLimit_givesTheLimit() {
        machine.process("0::/pod/c\n", unifiedMount("/", "/sys/fs/cgroup"))
                .unified("sys/fs/cgroup/pod", mib(400), 260 * MIB, 0, 1)
                .unified("sys/fs/cgroup/pod/c", "max", 300 * MIB, 50 * MIB, 200 * MIB);

        assertThat(machine.reader().read().limitBytes()).hasValue(400 * MIB);
        assertThat(machine.reader().read().cgroupHeadroomBytes()).hasValue(140 * MIB);
    }

    @Test
    void read_version1WithALimitOnAnInvisibleAncestor_knowsIt() {
        machine.process("4:memory:/\n", legacyMount("/", "/sys/fs/cgroup/memory"))
                .legacy("sys/fs/cgroup/memory", V1_UNLIMITED, 300 * MIB, 50 * MIB, 200 * MIB, "" + 512 * MIB);

        assertThat(machine.reader().read().limitBytes()).hasValue(512 * MIB);
        assertThat(machine.reader().read().cgroupHeadroomBytes()).hasValue(262 * MIB);
    }

    /** Docker on version 1: the path is the host's, the mount shows the container's own part. */
    @Test
    void read_hostNamespaceWithTheContainersMount_findsTheTopOfTheMount() {
        machine.process("4:memory:/docker/abc\n", legacyMount("/docker/abc", "/sys/fs/cgroup/memory"))
                .legacy("sys/fs/cgroup/memory", "" + 512 * MIB, 300 * MIB, 50 * MIB, 200 * MIB, "" + 512 * MIB);

        assertThat(machine.reader().read().workingSetBytes()).hasValue(250 * MIB);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/kubepods/elsewhere", "/../../kubepods/c", "/kube"})
    void read_pathOutsideTheMount_fallsBackToItsTop(String path) {
        machine.process("0::" + path + "\n", unifiedMount("/kubepods/c", "/sys/fs/cgroup"))
                .unified("sys/fs/cgroup", mib(512), 300 * MIB, 50 * MIB, 200 * MIB);

        assertThat(machine.reader().read().workingSetBytes()).hasValue(250 * MIB);
    }

    @Test
    void read_ownDirectoryWithoutTheController_takesTheNearestAncestor() {
        machine.process("0::/pod/c\n", unifiedMount("/", "/sys/fs/cgroup"))
                .unified("sys/fs/cgroup/pod", mib(512), 300 * MIB, 50 * MIB, 200 * MIB)
                .file("sys/fs/cgroup/pod/c/cgroup.procs", "1\n");

        assertThat(machine.reader().read().workingSetBytes()).hasValue(250 * MIB);
    }

    /** Version 2 is mounted beside version 1, which has the memory controller. */
    @Test
    void read_hybrid_asksTheVersionThatHasTheController() {
        machine.process(
                        "4:memory:/pod/c\n1:name=systemd:/pod/c\n0::/pod/c\n",
                        unifiedMount("/", "/sys/fs/cgroup/unified"),
                        legacyMount("/", "/sys/fs/cgroup/memory"))
                .file("sys/fs/cgroup/unified/pod/c/cgroup.procs", "1\n")
                .legacy("sys/fs/cgroup/memory/pod/c", "" + 512 * MIB, 300 * MIB, 50 * MIB, 200 * MIB, V1_UNLIMITED);

        assertThat(machine.reader().read().workingSetBytes()).hasValue(250 * MIB);
    }

    @Test
    void read_hybridWithMemoryInVersion2_asksThat() {
        machine.process(
                        "3:cpu:/pod/c\n0::/pod/c\n",
                        unifiedMount("/", "/sys/fs/cgroup/unified"),
                        "33 31 0:30 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu")
                .unified("sys/fs/cgroup/unified/pod/c", mib(512), 300 * MIB, 50 * MIB, 200 * MIB);

        assertThat(machine.reader().read().workingSetBytes()).hasValue(250 * MIB);
    }

    @Test
    void read_mountPointWithBlanks_isFound() {
        machine.process("0::/\n", unifiedMount("/", "/my\\040cgroups"))
                .unified("my cgroups", mib(512), 300 * MIB, 50 * MIB, 200 * MIB);

        assertThat(machine.reader().read().workingSetBytes()).hasValue(250 * MIB);
    }

    @Test
    void read_severalMountsOfOneHierarchy_takesTheOneThatShowsMost() {
        machine.process("0::/pod/c\n", unifiedMount("/other", "/elsewhere"), unifiedMount("/", "/sys/fs/cgroup"))
                .unified("elsewhere", "max", 9 * MIB, 0, 1)
                .unified("sys/fs/cgroup/pod", "max", 400 * MIB, 0, 1)
                .unified("sys/fs/cgroup/pod/c", mib(512), 300 * MIB, 50 * MIB, 200 * MIB);

        assertThat(machine.reader().read().workingSetBytes()).hasValue(250 * MIB);
    }

    @Test
    void read_limitBelowTheWorkingSet_leavesNoHeadroom() {
        machine.unifiedContainer().unified("sys/fs/cgroup", mib(100), 300 * MIB, 50 * MIB, 200 * MIB);

        assertThat(machine.reader().read().limitBytes()).hasValue(100 * MIB);
        assertThat(machine.reader().read().cgroupHeadroomBytes()).hasValue(0);
    }

    @Test
    void read_limitChangedInPlace_isReadAnew() {
        machine.unifiedContainer().unified("sys/fs/cgroup", mib(512), 300 * MIB, 50 * MIB, 200 * MIB);
        MemoryReader reader = machine.reader();
        assertThat(reader.read().limitBytes()).hasValue(512 * MIB);

        machine.file("sys/fs/cgroup/memory.max", mib(1024));
        assertThat(reader.read().limitBytes()).hasValue(1024 * MIB);
        machine.file("sys/fs/cgroup/memory.max", "max\n");
        assertThat(reader.read().limitBytes()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "\n", "-1", "-9223372036854775808", "twelve", "0x10", "1e9", "12 34", "\u0000\u0001", "0"})
    void read_nonsense_isUnknown(String nonsense) {
        machine.unifiedContainer().unified("sys/fs/cgroup", mib(512), 300 * MIB, 50 * MIB, 200 * MIB);
        MemoryReader reader = machine.reader();

        machine.file("sys/fs/cgroup/memory.max", nonsense);
        assertThat(reader.read().limitBytes()).isEmpty();
        assertThat(reader.read().cgroupHeadroomBytes()).isEmpty();
        assertThat(reader.read().workingSetBytes()).hasValue(250 * MIB);

        machine.file("sys/fs/cgroup/memory.max", mib(512)).file("sys/fs/cgroup/memory.current", nonsense);
        assertThat(reader.read().limitBytes()).hasValue(512 * MIB);
        assertThat(reader.read().workingSetBytes()).isEmpty();
        assertThat(reader.read().cgroupHeadroomBytes()).isEmpty();

        machine.file("sys/fs/cgroup/memory.current", "" + 300 * MIB).file("sys/fs/cgroup/memory.stat", nonsense);
        assertThat(reader.read().workingSetBytes()).hasValue(300 * MIB);
        assertThat(reader.read().anonymousBytes()).isEmpty();
    }

    @Test
    void read_statThatContradictsTheUsage_isClampedToTheSafeSide() {
        machine.unifiedContainer().unified("sys/fs/cgroup", mib(512), 300 * MIB, 900 * MIB, 200 * MIB);
        assertThat(machine.reader().read().workingSetBytes()).hasValue(200 * MIB);

        machine.unified("sys/fs/cgroup", mib(512), 300 * MIB, 900 * MIB, 900 * MIB);
        assertThat(machine.reader().read().workingSetBytes()).hasValue(300 * MIB);

        machine.unified("sys/fs/cgroup", mib(512), 300 * MIB, -5, 200 * MIB);
        assertThat(machine.reader().read().workingSetBytes()).hasValue(300 * MIB);
    }

    @Test
    void read_nothingThere_isUnknownAndThrowsNothing() {
        MemoryReading reading = machine.reader().read();

        assertThat(reading.limitBytes()).isEmpty();
        assertThat(reading.workingSetBytes()).isEmpty();
        assertThat(reading.anonymousBytes()).isEmpty();
        assertThat(reading.cgroupHeadroomBytes()).isEmpty();
        assertThat(reading.nodeHeadroomBytes()).isEmpty();
        assertThat(reading.pressure()).isEmpty();
        assertThat(reading.processBytes()).isEmpty();
        assertThat(reading.footprintBytes()).isEmpty();
        assertThat(reading.heapUsedBytes()).isPositive();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "garbage", "::", "0:", "0::", "0::relative", "4:memory", "\u0000", "0::/\u0000"})
    void read_garbageMembership_isUnknownAndThrowsNothing(String cgroup) {
        machine.process(
                cgroup, "- - -", " - ", "1 2 3 4 - cgroup2", unifiedMount("", ""), unifiedMount("/x", "\u0000"));

        assertThat(machine.reader().read().workingSetBytes()).isEmpty();
    }

    @Test
    void read_directoriesInPlaceOfFiles_areUnknown() throws Exception {
        machine.unifiedContainer();
        Files.createDirectories(root.resolve("sys/fs/cgroup/memory.current"));
        Files.createDirectories(root.resolve("proc/meminfo"));
        MemoryReading reading = machine.reader().read();

        assertThat(reading.workingSetBytes()).isEmpty();
        assertThat(reading.nodeHeadroomBytes()).isEmpty();
    }

    @Test
    void read_cgroupThatMoves_isFoundAgainAfterAMinute() {
        machine.process("0::/a\n", unifiedMount("/", "/sys/fs/cgroup"))
                .unified("sys/fs/cgroup/a", mib(512), 300 * MIB, 50 * MIB, 200 * MIB);
        MemoryReader reader = machine.reader();
        assertThat(reader.read().workingSetBytes()).hasValue(250 * MIB);

        machine.process("0::/b\n", unifiedMount("/", "/sys/fs/cgroup"))
                .remove("sys/fs/cgroup/a/memory.current")
                .unified("sys/fs/cgroup/b", mib(100), 90 * MIB, 0, 80 * MIB);
        assertThat(reader.read().workingSetBytes()).isEmpty();
        machine.ticker.advance(Duration.ofMinutes(1));
        assertThat(reader.read().workingSetBytes()).hasValue(90 * MIB);
    }

    @Test
    void read_node_tellsWhatIsAvailableBeyondTheReserve() {
        machine.file("proc/meminfo", "MemTotal:        1048576 kB\nMemFree: 5 kB\nMemAvailable:     524288 kB\n");

        assertThat(machine.reader().read().nodeHeadroomBytes()).hasValue(412 * MIB);
        assertThat(MemoryReader.builder()
                        .root(root)
                        .evictionReserveBytes(0)
                        .build()
                        .read()
                        .nodeHeadroomBytes())
                .hasValue(512 * MIB);

        machine.file("proc/meminfo", "MemTotal: 104857600 kB\nMemAvailable: 1048576 kB\n");
        assertThat(machine.reader().read().nodeHeadroomBytes()).hasValue(0);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "MemTotal: 5 kB\n",
                "MemTotal: 5 kB\nMemAvailable: 6 kB\n",
                "MemTotal: -1 kB\nMemAvailable: x kB\n"
            })
    void read_nodeThatLies_isUnknown(String meminfo) {
        machine.file("proc/meminfo", meminfo);

        assertThat(machine.reader().read().nodeHeadroomBytes()).isEmpty();
    }

    @Test
    void read_pressure_isTheGreaterOfNodeAndCgroup() {
        machine.unifiedContainer()
                .unified("sys/fs/cgroup", mib(512), 300 * MIB, 50 * MIB, 200 * MIB)
                .file("proc/pressure/memory", "some avg10=12.50 avg60=0.00 avg300=0.00 total=5\nfull avg10=0.00\n");
        assertThat(machine.reader().read().pressure().getAsDouble()).isCloseTo(0.125, within(1e-9));

        machine.file("sys/fs/cgroup/memory.pressure", "some avg10=40.00 avg60=0.00 avg300=0.00 total=5\n");
        assertThat(machine.reader().read().pressure().getAsDouble()).isCloseTo(0.4, within(1e-9));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "some", "some avg10=x", "some avg10=-3", "full avg10=1.0", "some avg10=NaN", "some avg10=1"})
    void read_pressureThatLies_isUnknown(String pressure) {
        machine.file("proc/pressure/memory", pressure);

        assertThat(machine.reader().read().pressure()).isEmpty();
    }

    @Test
    void footprint_ofAContainer_isItsWorkingSet() {
        machine.unifiedContainer()
                .unified("sys/fs/cgroup", mib(512), 300 * MIB, 50 * MIB, 200 * MIB)
                .file("proc/self/status", "RssAnon:\t   204800 kB\nRssFile: 9 kB\nRssShmem:\t  1024 kB\n");
        MemoryReading reading = machine.reader().read();

        assertThat(reading.processBytes()).hasValue(201 * MIB);
        assertThat(reading.isShared()).isFalse();
        assertThat(reading.footprintBytes()).isEqualTo(OptionalLong.of(250 * MIB));
    }

    /** A collector that maps its heap several times has all of that counted as shared memory. */
    @Test
    void process_whoseHeapIsSharedMemory_hasItOnce() {
        machine.unifiedContainer().file("proc/self/status", "RssAnon: 204800 kB\nRssShmem: 1048576000 kB\n");
        MemoryReading reading = machine.reader().read();

        assertThat(reading.processBytes()).hasValue(200 * MIB + reading.heapCommittedBytes());
    }

    @Test
    void footprint_ofOneOfManyWithoutALimit_isThatOfTheProcess() {
        machine.unifiedContainer()
                .unified("sys/fs/cgroup", "max", 9_000 * MIB, 50 * MIB, 8_000 * MIB)
                .file("proc/self/status", "RssAnon: 204800 kB\nRssShmem: 0 kB\n");
        assertThat(machine.reader().read().isShared()).isTrue();
        assertThat(machine.reader().read().footprintBytes()).hasValue(200 * MIB);

        machine.file("sys/fs/cgroup/memory.max", mib(9_500));
        assertThat(machine.reader().read().footprintBytes()).hasValue(8_950 * MIB);
    }

    private static String mib(long mebibytes) {
        return mebibytes * MIB + "\n";
    }
}
