/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.startup;

import java.util.UUID;

/** What tells this process from all others that start on a node. Stateless. */
final class InstanceName {
    private InstanceName() {}

    /**
     * The host, the process's id and when it began. Outside of containers the id tells the processes of a host apart; inside
     * it is the same in all, and where pods share the host's network they share its name as well.
     */
    static String get() {
        String host = System.getenv("HOSTNAME");
        ProcessHandle process = ProcessHandle.current();
        String begun = process.info()
                .startInstant()
                .map(instant -> Long.toString(instant.toEpochMilli()))
                .orElseGet(() -> UUID.randomUUID().toString());
        return host + '-' + process.pid() + '-' + begun;
    }
}
