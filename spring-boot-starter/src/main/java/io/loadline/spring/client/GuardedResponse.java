/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring.client;

import io.loadline.guard.GuardPermit;
import io.loadline.guard.GuardedHttpClient;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.client.ClientHttpResponse;

/** A response whose call ends when it or its body is closed, or when the body cannot be read. Not thread-safe. */
final class GuardedResponse implements ClientHttpResponse {
    private final ClientHttpResponse response;
    private final GuardPermit permit;
    private final int status;

    GuardedResponse(ClientHttpResponse response, GuardPermit permit) throws IOException {
        this.response = response;
        this.permit = permit;
        try {
            this.status = response.getStatusCode().value();
        } catch (Throwable e) {
            response.close();
            throw e;
        }
    }

    @Override
    public HttpStatusCode getStatusCode() throws IOException {
        return response.getStatusCode();
    }

    @Override
    public String getStatusText() throws IOException {
        return response.getStatusText();
    }

    @Override
    public HttpHeaders getHeaders() {
        return response.getHeaders();
    }

    @Override
    public InputStream getBody() throws IOException {
        return new GuardedBody(response.getBody());
    }

    @Override
    public void close() {
        try {
            response.close();
        } finally {
            end();
        }
    }

    private void end() {
        permit.end(GuardedHttpClient.outcomeOfStatus(status));
    }

    private final class GuardedBody extends FilterInputStream {
        GuardedBody(InputStream body) {
            super(body);
        }

        @Override
        public void close() throws IOException {
            try {
                in.close();
            } finally {
                end();
            }
        }

        @Override
        public int read() throws IOException {
            try {
                return in.read();
            } catch (IOException | RuntimeException | Error e) {
                permit.failure(e);
                throw e;
            }
        }

        @Override
        public int read(byte[] bytes, int from, int length) throws IOException {
            try {
                return in.read(bytes, from, length);
            } catch (IOException | RuntimeException | Error e) {
                permit.failure(e);
                throw e;
            }
        }
    }
}
