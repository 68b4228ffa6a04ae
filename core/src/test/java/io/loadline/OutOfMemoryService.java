/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline;

import io.loadline.availability.ServiceState;
import io.loadline.limit.FixedLimit;
import io.loadline.startup.StageTier;
import io.loadline.startup.StartupPlan;
import io.loadline.startup.StartupStage;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * A process of its own for {@link OutOfMemoryTest} that fills its heap: in a {@code call} through the limiter, in a
 * {@code thread} where nobody catches anything, or in a {@code stage} of the start that it can do without.
 */
public final class OutOfMemoryService {
    private OutOfMemoryService() {}

    public static void main(String[] args) throws Exception {
        Loadline loadline = Loadline.builder("filled")
                .limiter(limiter -> limiter.algorithm(() -> FixedLimit.of(10)))
                .startup(StartupPlan.builder()
                        .stage(StartupStage.builder("fill", stage -> {
                                    Object unused = new Filler().call();
                                })
                                .tier(StageTier.BACKGROUND)
                                .ungated()
                                .build())
                        .build())
                .build()
                .start();
        CountDownLatch broken = new CountDownLatch(1);
        loadline.availability().listen(change -> {
            System.out.println("> " + change.to() + " " + change.reason());
            if (change.to() == ServiceState.BROKEN) {
                broken.countDown();
            }
        });
        if (args[0].equals("call")) {
            try {
                Object unused = loadline.limiter().call(new Filler());
            } catch (OutOfMemoryError caught) {
                System.out.println("> caught");
            }
        } else if (args[0].equals("stage")) {
            loadline.startup().begin("listens");
        } else {
            new Thread(() -> new Filler().call()).start();
        }
        boolean unused = broken.await(20, TimeUnit.SECONDS);
        System.exit(loadline.availability().liveness().ordinal());
    }

    /** Everything it took is garbage once it has failed. */
    private static final class Filler implements Callable<Object> {
        private final List<long[]> kept = new ArrayList<>();

        @Override
        public Object call() {
            try {
                while (true) {
                    kept.add(new long[10_000]);
                }
            } finally {
                kept.clear();
            }
        }
    }
}
