/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.harness;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Writes one CSV line per request. Not thread-safe; confined to the generator's thread. */
final class RequestLog implements AutoCloseable {
    private final @Nullable BufferedWriter out;

    RequestLog(@Nullable Path file) throws IOException {
        if (file == null) {
            out = null;
            return;
        }
        out = Files.newBufferedWriter(file);
        out.write("scheduled_epoch_ms,latency_us,outcome,status,connection,local_port,path,detail\n");
    }

    void write(
            double scheduledEpochMillis,
            long latencyNanos,
            Outcome outcome,
            int status,
            String connection,
            int localPort,
            String path,
            String detail) {
        if (out == null) {
            return;
        }
        try {
            out.write(String.format(
                    "%.3f,%d,%s,%d,%s,%d,%s,%s%n",
                    scheduledEpochMillis,
                    latencyNanos / 1_000,
                    outcome,
                    status,
                    connection,
                    localPort,
                    path,
                    detail.replace(',', ';').replace('\n', ' ')));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        try {
            if (out != null) {
                out.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
