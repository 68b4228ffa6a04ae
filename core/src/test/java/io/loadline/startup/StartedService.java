/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.startup;

import io.loadline.Loadline;
import io.loadline.drain.TerminationSignal;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;

/**
 * A process of its own for {@link StartupTerminationTest}: its only stage never ends. The first argument says how it
 * takes an interruption, {@code ends} or {@code ignores}, or that it {@code waits} for memory; the second is a lock file.
 */
public final class StartedService {
    private StartedService() {}

    public static void main(String[] args) throws InterruptedException {
        CountDownLatch never = new CountDownLatch(1);
        StartupStage stage = StartupStage.builder("cache", context -> {
                    say("stage begins");
                    switch (args[0]) {
                        case "ends" -> never.await();
                        case "ignores" -> ignoreInterruptions();
                        default -> throw new IllegalArgumentException(args[0]);
                    }
                })
                .build();
        Loadline loadline = Loadline.builder("started")
                .memory(memory -> memory.reader(() -> Readings.node(args[0].equals("waits") ? 0 : 4L << 30)))
                .startup(StartupPlan.builder()
                        .stage(stage)
                        .gate(gate -> gate.lockFile(Path.of(args[1])))
                        .build())
                .build();
        loadline.drainOn(
                TerminationSignal.sigterm(),
                () -> say(
                        "closes " + loadline.startup().report().stages().get(0).outcome()));
        loadline.start();
        say("begins " + loadline.startup().begin("listens"));
        if (args[0].equals("waits")) {
            say("stage begins");
        }
        never.await();
    }

    private static void ignoreInterruptions() {
        for (long i = 0; ; i++) {
            if (i < 0) {
                return;
            }
        }
    }

    private static void say(String line) {
        System.out.println("> " + line);
    }
}
