/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.memory;

import static io.loadline.memory.FakeMachine.MIB;

import io.loadline.Loadline;
import io.loadline.advice.SizingAdvice;
import io.loadline.limit.FixedLimit;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * A process of its own for {@link RealProcessTest}: holds 96 MiB outside the heap and makes garbage, tells what its memory
 * does, and grows from the first line of its standard input on.
 */
public final class SteadyProcess {
    private static final Duration INTERVAL = Duration.ofMillis(100);
    private static final Duration WINDOW = Duration.ofMillis(1_200);
    private static final long WARM_UP_NANOS = 1_000_000_000L;

    /** Written by the main thread, read by the worker. */
    private static volatile boolean growing;

    private SteadyProcess() {}

    public static void main(String[] args) throws IOException {
        List<ByteBuffer> held = new ArrayList<>();
        held.add(touched(96));
        AtomicLong calls = new AtomicLong();
        Loadline loadline = Loadline.builder("steady")
                .limiter(limiter -> limiter.algorithm(() -> FixedLimit.of(10)))
                .memory(memory -> memory.anyIntervalAndWindow(INTERVAL, WINDOW).completedCalls(calls::get))
                .build();
        loadline.memory().listen(new StateTeller(loadline)::tell);
        loadline.memory()
                .onLimitChange(change -> say("limit " + change.toBytes().orElse(0) / MIB));
        Thread worker = new Thread(() -> work(calls, held));
        worker.setDaemon(true);
        worker.start();
        loadline.start();
        LockSupport.parkNanos(WARM_UP_NANOS);
        boolean unused = loadline.availability().ready("warm");
        int first = System.in.read();
        growing = true;
        int second = System.in.read();
        say("read " + first + " " + second);
    }

    private static void work(AtomicLong calls, List<ByteBuffer> held) {
        while (true) {
            List<byte[]> garbage = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
                garbage.add(new byte[10_000]);
            }
            garbage.clear();
            calls.incrementAndGet();
            if (growing && calls.get() % 10 == 0) {
                held.add(touched(3));
            }
            LockSupport.parkNanos(10_000_000);
        }
    }

    private static ByteBuffer touched(int mebibytes) {
        ByteBuffer buffer = ByteBuffer.allocateDirect((int) (mebibytes * MIB));
        for (int i = 0; i < buffer.capacity(); i += 1_024) {
            buffer.put(i, (byte) 1);
        }
        return buffer;
    }

    private static void say(String line) {
        System.out.println("> " + line);
    }

    /** Tells each new state, and what is advised when it is stable. */
    private static final class StateTeller {
        private final Loadline loadline;
        private MemoryState last = MemoryState.WARMING;

        StateTeller(Loadline loadline) {
            this.loadline = loadline;
        }

        void tell(MemorySnapshot snapshot) {
            if (snapshot.state() != last) {
                last = snapshot.state();
                if (last == MemoryState.STABLE) {
                    SizingAdvice advice = loadline.advisor().report().advice();
                    say("advice " + advice.steadyBytes().orElse(0) / MIB + " "
                            + advice.requestBytes().orElse(0) / MIB);
                }
                say("state " + last + " " + snapshot.reason());
            }
        }
    }
}
