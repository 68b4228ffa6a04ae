/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring.servlet;

import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import java.io.IOException;
import java.nio.ByteBuffer;

/** The stream of a {@link LimitedResponse}. As thread-safe as the stream it wraps. */
final class LimitedOutputStream extends ServletOutputStream {
    private final ServletOutputStream delegate;
    private final LimitedResponse response;

    LimitedOutputStream(ServletOutputStream delegate, LimitedResponse response) {
        this.delegate = delegate;
        this.response = response;
    }

    @Override
    public void write(int b) throws IOException {
        run(() -> delegate.write(b));
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        run(() -> delegate.write(bytes, offset, length));
    }

    @Override
    public void write(ByteBuffer buffer) throws IOException {
        run(() -> delegate.write(buffer));
    }

    @Override
    public void flush() throws IOException {
        run(delegate::flush);
    }

    @Override
    public void close() throws IOException {
        run(delegate::close);
    }

    @Override
    public boolean isReady() {
        return delegate.isReady();
    }

    @Override
    public void setWriteListener(WriteListener listener) {
        delegate.setWriteListener(listener);
    }

    private void run(Action action) throws IOException {
        response.beforeCommit();
        try {
            action.run();
        } catch (IOException e) {
            response.clientGone();
            throw e;
        }
    }

    @FunctionalInterface
    private interface Action {
        void run() throws IOException;
    }
}
