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
    private final StringBuilder line = new StringBuilder();

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
            line.setLength(0);
            line.append((long) scheduledEpochMillis).append(',');
            line.append(latencyNanos / 1_000).append(',');
            line.append(outcome).append(',');
            line.append(status).append(',');
            line.append(connection).append(',');
            line.append(localPort).append(',');
            line.append(path).append(',');
            line.append(detail.replace(',', ';').replace('\n', ' ')).append('\n');
            out.append(line);
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
