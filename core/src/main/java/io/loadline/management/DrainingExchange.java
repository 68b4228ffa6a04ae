/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.management;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpContext;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpPrincipal;
import io.loadline.drain.DrainCoordinator;
import io.loadline.limit.Rejection;
import io.loadline.limit.RejectionReason;
import io.loadline.limit.Streams;
import io.loadline.signal.OrcaReports;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.URI;
import org.jspecify.annotations.Nullable;

/**
 * An exchange that asks for its connection to be closed if a drain is on when the response begins, whenever the request
 * came, that tells the load of that moment, and that gives its place in the limit back if the response is a stream. As
 * thread-safe as the exchange it wraps.
 */
final class DrainingExchange extends HttpExchange {
    /*
     * What is beyond the bound of streams is the same on all servers: events are refused, all else stays a call. Here the
     * handler has begun to answer by then, so it is told as if its client had gone.
     */
    private final HttpExchange delegate;
    private final DrainCoordinator drain;
    private final Admission admission;
    private final @Nullable OrcaReports reports;

    DrainingExchange(
            HttpExchange delegate, DrainCoordinator drain, Admission admission, @Nullable OrcaReports reports) {
        this.delegate = delegate;
        this.drain = drain;
        this.admission = admission;
        this.reports = reports;
    }

    Admission admission() {
        return admission;
    }

    @Override
    public void sendResponseHeaders(int status, long length) throws IOException {
        String type = delegate.getResponseHeaders().getFirst("Content-Type");
        if (!Streams.isEventStream(type)) {
            if (Streams.isStream(type)) {
                admission.stream();
            }
        } else if (!admission.streamOrRefuse()) {
            Refusals.write(this, Rejection.of(RejectionReason.ROUTE_CAP));
            throw new IOException("the event stream was refused: there are as many streams as there may be");
        }
        if (drain.isDraining()) {
            delegate.getResponseHeaders().set("Connection", "close");
        }
        LoadHeader.set(delegate, reports);
        delegate.sendResponseHeaders(status, length);
    }

    @Override
    public Headers getRequestHeaders() {
        return delegate.getRequestHeaders();
    }

    @Override
    public Headers getResponseHeaders() {
        return delegate.getResponseHeaders();
    }

    @Override
    public URI getRequestURI() {
        return delegate.getRequestURI();
    }

    @Override
    public String getRequestMethod() {
        return delegate.getRequestMethod();
    }

    @Override
    public HttpContext getHttpContext() {
        return delegate.getHttpContext();
    }

    @Override
    public void close() {
        delegate.close();
    }

    @Override
    public InputStream getRequestBody() {
        return delegate.getRequestBody();
    }

    @Override
    public OutputStream getResponseBody() {
        return delegate.getResponseBody();
    }

    @Override
    public InetSocketAddress getRemoteAddress() {
        return delegate.getRemoteAddress();
    }

    @Override
    public int getResponseCode() {
        return delegate.getResponseCode();
    }

    @Override
    public InetSocketAddress getLocalAddress() {
        return delegate.getLocalAddress();
    }

    @Override
    public String getProtocol() {
        return delegate.getProtocol();
    }

    @Override
    public Object getAttribute(String name) {
        return delegate.getAttribute(name);
    }

    @Override
    public void setAttribute(String name, Object value) {
        delegate.setAttribute(name, value);
    }

    @Override
    public void setStreams(InputStream in, OutputStream out) {
        delegate.setStreams(in, out);
    }

    @Override
    public HttpPrincipal getPrincipal() {
        return delegate.getPrincipal();
    }
}
