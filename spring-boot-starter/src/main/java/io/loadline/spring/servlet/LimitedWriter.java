/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring.servlet;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;

/** The writer of a {@link LimitedResponse}. As thread-safe as the writer it wraps. */
final class LimitedWriter extends PrintWriter {
    private final PrintWriter delegate;

    LimitedWriter(PrintWriter delegate, LimitedResponse response) {
        super(new Observed(delegate, response));
        this.delegate = delegate;
    }

    @Override
    public boolean checkError() {
        return super.checkError() | delegate.checkError();
    }

    private static final class Observed extends Writer {
        private final PrintWriter delegate;
        private final LimitedResponse response;

        Observed(PrintWriter delegate, LimitedResponse response) {
            this.delegate = delegate;
            this.response = response;
        }

        @Override
        public void write(char[] buffer, int offset, int length) throws IOException {
            response.write(() -> delegate.write(buffer, offset, length));
        }

        @Override
        public void write(String text, int offset, int length) throws IOException {
            response.write(() -> delegate.write(text, offset, length));
        }

        @Override
        public void flush() throws IOException {
            response.write(delegate::flush);
        }

        @Override
        public void close() throws IOException {
            response.write(delegate::close);
        }
    }
}
