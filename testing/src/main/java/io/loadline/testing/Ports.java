/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.testing;

import java.io.IOException;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;

/** Chooses ports to listen on. Thread-safe. */
public final class Ports {
    /*
     * Below the range from which systems take the local ports of outgoing connections, and of servers that ask for any: a
     * service that is restarted on its old port must not find it taken by one of the generator's own connections, nor one
     * that takes its time to start by a test that runs beside it.
     */
    private static final int FROM = 12_000;
    private static final int TO = 30_000;

    private Ports() {}

    /** A port that nobody listened on a moment ago. */
    public static int free() {
        for (int attempt = 0; attempt < 100; attempt++) {
            int port = ThreadLocalRandom.current().nextInt(FROM, TO);
            try (ServerSocket any = new ServerSocket(port)) {
                return any.getLocalPort();
            } catch (IOException taken) {
                continue;
            }
        }
        throw new IllegalStateException("no free port between " + FROM + " and " + TO);
    }
}
