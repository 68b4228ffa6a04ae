/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.samples.orders.domain;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.zip.CRC32;

/**
 * The prices of all products. Immutable.
 *
 * <p>Reading them takes much more memory than having read them: all rows are held until the last has come, as by many a
 * cache that is filled at start.
 */
public final class Catalog {
    private static final int PRODUCTS = 4096;

    /** Rows between two calls of the checkpoint. */
    private static final int BATCH = 64;

    private static final int HEAD_BYTES = 2 * Long.BYTES;

    private final long[] prices;

    private Catalog(long[] prices) {
        this.prices = prices;
    }

    /** Called now and then while rows are read; may wait, and throws if they are not wanted any more. */
    @FunctionalInterface
    public interface Checkpoint {
        void pass() throws InterruptedException;
    }

    /**
     * Reads all rows and then their prices.
     *
     * @param rowsBytes what the rows take together
     * @param time what the source of the rows takes at least
     */
    public static Catalog read(long rowsBytes, Duration time, Checkpoint checkpoint) throws InterruptedException {
        int rowBytes = Math.toIntExact(Math.max(HEAD_BYTES, rowsBytes / PRODUCTS));
        SplittableRandom random = new SplittableRandom(PRODUCTS);
        List<byte[]> rows = new ArrayList<>(PRODUCTS);
        // What is waited at a checkpoint is not waited for the source once more.
        long batchNanos = time.toNanos() * BATCH / PRODUCTS;
        for (int product = 0; product < PRODUCTS; product++) {
            if (product % BATCH == 0) {
                checkpoint.pass();
                TimeUnit.NANOSECONDS.sleep(batchNanos);
            }
            rows.add(row(product, rowBytes, random));
        }
        long[] prices = new long[PRODUCTS];
        for (int product = 0; product < PRODUCTS; product++) {
            prices[product] = price(product, rows.get(product));
        }
        checkpoint.pass();
        return new Catalog(prices);
    }

    /** In cents, or -1 if there is no such product. */
    public long price(int product) {
        return product < 0 || product >= prices.length ? -1 : prices[product];
    }

    /* Price, checksum of the rest, and the rest: what a supplier tells of a product and nobody keeps. */
    private static byte[] row(int product, int bytes, SplittableRandom random) {
        byte[] row = new byte[bytes];
        random.nextBytes(row);
        ByteBuffer.wrap(row).putLong(100 + product * 7919L % 100_000).putLong(checksum(row));
        return row;
    }

    private static long price(int product, byte[] row) {
        ByteBuffer head = ByteBuffer.wrap(row);
        long price = head.getLong();
        if (head.getLong() != checksum(row)) {
            throw new IllegalStateException("the row of product " + product + " is damaged");
        }
        return price;
    }

    private static long checksum(byte[] row) {
        CRC32 checksum = new CRC32();
        checksum.update(row, HEAD_BYTES, row.length - HEAD_BYTES);
        return checksum.getValue();
    }
}
