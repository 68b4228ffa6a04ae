/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.memory;

import static io.loadline.memory.FakeMachine.MIB;
import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What this JVM tells of itself. */
class JvmMemoryTest {
    private final MemoryReader reader = MemoryReader.system();

    @Test
    void read_afterACollection_knowsTheLiveHeap() {
        byte[][] held = new byte[64][(int) MIB];
        System.gc();
        MemoryReading reading = reader.read();

        assertThat(reading.heapLiveBytes().getAsLong()).isGreaterThan(held.length * MIB);
        assertThat(reading.heapLiveBytes().getAsLong()).isLessThan(reading.heapCommittedBytes());
        assertThat(reading.oldLiveBytes().getAsLong()).isPositive();
        assertThat(reading.heapHeadroomBytes()).isPresent();
        assertThat(reading.heapMaxBytes()).hasValue(Runtime.getRuntime().maxMemory());
        assertThat(reading.metaspaceBytes()).isBetween(MIB, 1_024 * MIB);
        assertThat(reading.codeCacheBytes()).isBetween(MIB / 2, 512 * MIB);
        assertThat(reading.threads()).isBetween(2, 10_000);
        assertThat(reading.loadedClasses()).isGreaterThan(500);

        long before = reading.collections();
        System.gc();
        assertThat(reader.read().collections()).isGreaterThan(before);
    }

    @Test
    void read_directBuffers_countsThem() {
        long before = reader.read().directBytes();
        List<ByteBuffer> held = new ArrayList<>(List.of(ByteBuffer.allocateDirect((int) (16 * MIB))));

        assertThat(reader.read().directBytes()).isGreaterThanOrEqualTo(before + 16 * MIB);
        held.clear();
    }

    @Test
    void flags_ofThisJvm_areKnown() {
        JvmFlags flags = JvmFlags.read();

        assertThat(flags.collector()).isIn("G1", "Serial", "Parallel", "Z", "Shenandoah");
        assertThat(flags.maxHeapBytes().getAsLong())
                .isGreaterThanOrEqualTo(Runtime.getRuntime().maxMemory());
        assertThat(flags.maxHeapFreeRatio().getAsDouble()).isBetween(0.0, 1.0);
        assertThat(flags.alwaysPreTouch()).isFalse();
        assertThat(flags.maxHeapGiven())
                .isEqualTo(JvmFlags.isMaxHeapAmong(
                        ManagementFactory.getRuntimeMXBean().getInputArguments()));
    }

    @Test
    void maxHeap_thatWasGiven_isSeenInWhateverForm() {
        assertThat(JvmFlags.isMaxHeapAmong(List.of("-Xms64m", "-Xmx101m"))).isTrue();
        assertThat(JvmFlags.isMaxHeapAmong(List.of("-XX:MaxHeapSize=200m"))).isTrue();
        assertThat(JvmFlags.isMaxHeapAmong(List.of("-Xms64m", "-XX:MaxRAMPercentage=50")))
                .isFalse();
    }
}
