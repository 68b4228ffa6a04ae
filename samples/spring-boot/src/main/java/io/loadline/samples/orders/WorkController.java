/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.samples.orders;

import io.loadline.samples.orders.domain.Pool;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.zip.CRC32;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ResponseStatusException;

/** Work of a known kind and amount, for load tests: waiting, a narrow pool, CPU. Thread-safe. */
@RestController
class WorkController {
    private static final int MAX_MILLIS = 60_000;
    private static final Duration POOL_HOLD = Duration.ofMillis(20);
    private static final byte[] BURN_CHUNK = "loadline".repeat(1024).getBytes(StandardCharsets.US_ASCII);

    private final ThreadMXBean threads = ManagementFactory.getThreadMXBean();

    private final Pool pool;

    WorkController(Pool pool) {
        this.pool = pool;
    }

    @GetMapping("/work")
    Done work(@RequestParam int ms) throws InterruptedException {
        Thread.sleep(checked(ms));
        return new Done("work", ms);
    }

    @GetMapping("/pool")
    Done pool() throws InterruptedException {
        pool.hold(POOL_HOLD);
        return new Done("pool", POOL_HOLD.toMillis());
    }

    /** Time of this thread, not of the clock: on a busy machine a burn takes longer but costs the same. */
    @GetMapping("/burn")
    Burnt burn(@RequestParam int ms) {
        long startNanos = threads.getCurrentThreadCpuTime();
        long burnNanos = Duration.ofMillis(checked(ms)).toNanos();
        CRC32 checksum = new CRC32();
        while (threads.getCurrentThreadCpuTime() - startNanos < burnNanos) {
            checksum.update(BURN_CHUNK);
        }
        return new Burnt("burn", ms, checksum.getValue());
    }

    private static int checked(int ms) {
        if (ms < 0 || ms > MAX_MILLIS) {
            throw new ResponseStatusException(
                    HttpStatus.BAD_REQUEST, "ms must be between 0 and " + MAX_MILLIS + ": " + ms);
        }
        return ms;
    }

    record Done(String kind, long ms) {}

    record Burnt(String kind, long ms, long checksum) {}
}
