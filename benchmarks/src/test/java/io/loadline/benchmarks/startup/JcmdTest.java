/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.startup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import org.junit.jupiter.api.Test;

class JcmdTest {
    private static final String SERIAL = """
            4711:
            Command executed successfully
            4711:
             def new generation   total 39296K, used 1024K [0x00000000f8000000, 0x00000000faaa0000, 0x00000000faaa0000)
              eden space 34944K,   2% used [0x00000000f8000000, 0x00000000f80a6a58, 0x00000000fa220000)
             tenured generation   total 87424K, used 2048K [0x00000000faaa0000, 0x0000000100000000, 0x0000000100000000)
               the space 87424K,  14% used [0x00000000faaa0000, 0x00000000fb6d3c50, 0x00000000fb6d3e00, 0x0000000100000000)
             Metaspace       used 30000K, committed 30500K, reserved 1114112K
            """;

    @Test
    void usedMib_serialCollector_addsBothGenerations() {
        assertThat(Jcmd.usedMib(SERIAL)).isEqualTo(3);
    }

    @Test
    void usedMib_anotherCollector_isRefused() {
        assertThatIllegalStateException()
                .isThrownBy(() -> Jcmd.usedMib(" garbage-first heap   total 262144K, used 2048K [0x0)"))
                .withMessageContaining("garbage-first");
    }
}
