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
        response.write(() -> delegate.write(b));
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        response.write(() -> delegate.write(bytes, offset, length));
    }

    @Override
    public void write(ByteBuffer buffer) throws IOException {
        response.write(() -> delegate.write(buffer));
    }

    @Override
    public void flush() throws IOException {
        response.write(delegate::flush);
    }

    @Override
    public void close() throws IOException {
        response.write(delegate::close);
    }

    @Override
    public boolean isReady() {
        return delegate.isReady();
    }

    @Override
    public void setWriteListener(WriteListener listener) {
        delegate.setWriteListener(listener);
    }
}
