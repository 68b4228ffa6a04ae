/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.samples.orders;

import io.loadline.samples.orders.domain.Pool;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import jakarta.ws.rs.BadRequestException;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.QueryParam;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.zip.CRC32;

/** Work of a known kind and amount, for load tests: waiting, a narrow pool, CPU. Thread-safe. */
@Path("/")
public class WorkResource {
    private static final int MAX_MILLIS = 60_000;
    private static final Duration POOL_HOLD = Duration.ofMillis(20);
    private static final byte[] BURN_CHUNK = "loadline".repeat(1024).getBytes(StandardCharsets.US_ASCII);

    private final ThreadMXBean threads = ManagementFactory.getThreadMXBean();

    private final Pool pool;

    WorkResource(Pool pool) {
        this.pool = pool;
    }

    /** It is a {@code Saturation}: a bean of such a type tells Loadline how much of a resource is in use. */
    @Produces
    @Singleton
    static Pool newPool() {
        return new Pool();
    }

    @GET
    @Path("work")
    public Done work(@QueryParam("ms") String ms) throws InterruptedException {
        int millis = checked(ms);
        Thread.sleep(millis);
        return new Done("work", millis);
    }

    @GET
    @Path("pool")
    public Done pool() throws InterruptedException {
        pool.hold(POOL_HOLD);
        return new Done("pool", POOL_HOLD.toMillis());
    }

    /** Time of this thread, not of the clock: on a busy machine a burn takes longer but costs the same. */
    @GET
    @Path("burn")
    public Burnt burn(@QueryParam("ms") String ms) {
        int millis = checked(ms);
        long startNanos = threads.getCurrentThreadCpuTime();
        long burnNanos = Duration.ofMillis(millis).toNanos();
        CRC32 checksum = new CRC32();
        while (threads.getCurrentThreadCpuTime() - startNanos < burnNanos) {
            checksum.update(BURN_CHUNK);
        }
        return new Burnt("burn", millis, checksum.getValue());
    }

    private static int checked(String ms) {
        long millis = Numbers.parse("ms", ms);
        if (millis < 0 || millis > MAX_MILLIS) {
            throw new BadRequestException("ms must be between 0 and " + MAX_MILLIS + ": " + ms);
        }
        return (int) millis;
    }

    /** What was done, and how long it took. */
    public record Done(String kind, long ms) {}

    /** The same of the CPU. */
    public record Burnt(String kind, long ms, long checksum) {}
}
