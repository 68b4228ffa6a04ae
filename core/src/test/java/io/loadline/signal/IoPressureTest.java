/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.signal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.loadline.memory.FakeMachine;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IoPressureTest {
    @TempDir
    Path root;

    private FakeMachine machine;
    private IoPressure io;

    @BeforeEach
    void machine() {
        machine = new FakeMachine(root);
        io = new IoPressure(root, machine.ticker);
    }

    private static String pressure(String some, String full) {
        return "some avg10=" + some + " avg60=0.00 avg300=0.00 total=5\nfull avg10=" + full
                + " avg60=0.00 avg300=0.00 total=5\n";
    }

    @Test
    void utilization_isTheTimeInWhichAllWait() {
        machine.unifiedContainer().file("sys/fs/cgroup/io.pressure", pressure("80.00", "12.50"));

        assertThat(io.utilization()).isCloseTo(0.125, within(1e-9));
        assertThat(io.some()).isCloseTo(0.8, within(1e-9));
        assertThat(io.detail()).isEmpty();
    }

    /** Others on the machine are not what this service waits for. */
    @Test
    void utilization_ofAMachine_isNotThatOfThisProcess() {
        machine.unifiedContainer().file("proc/pressure/io", pressure("80.00", "70.00"));

        assertThat(io.utilization()).isNaN();
        assertThat(io.some()).isNaN();
    }

    @Test
    void utilization_whereTheKernelTellsNothing_isUnknown() {
        assertThat(io.utilization()).isNaN();
        assertThat(io.some()).isNaN();
        assertThat(io.detail()).isEqualTo("the kernel tells no pressure");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "some avg10=1.00 avg60=0.00 avg300=0.00 total=5\nfull avg10=1",
                "full",
                "full avg10=x total=1"
            })
    void utilization_ofAFileThatIsHalfWritten_isUnknown(String text) {
        machine.unifiedContainer().file("sys/fs/cgroup/io.pressure", text);

        assertThat(io.utilization()).isNaN();
    }
}
