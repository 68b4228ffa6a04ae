/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.startup;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What tells this process from all others that start on a node. Stateless. */
final class InstanceName {
    private InstanceName() {}

    /**
     * The host, the process's id and when it began. Outside of containers the id tells the processes of a host apart; inside
     * it is the same in all, and where pods share the host's network they share its name as well.
     */
    static String get() {
        ProcessHandle process = ProcessHandle.current();
        Instant start = process.info().startInstant().orElse(null);
        String begun = start == null ? UUID.randomUUID().toString() : Long.toString(start.toEpochMilli());
        return ofHost(System.getenv("HOSTNAME"), process.pid() + "-" + begun);
    }

    /** Of the host and the process's id: the same in all processes of a host that had that id one after the other. */
    static String withoutTime() {
        return ofHost(
                System.getenv("HOSTNAME"), Long.toString(ProcessHandle.current().pid()));
    }

    /** Outside of containers nobody may tell the host's name. */
    static String ofHost(@Nullable String host, String process) {
        return host == null || host.isBlank() ? process : host + '-' + process;
    }
}
