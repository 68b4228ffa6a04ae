/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring.servlet;

import io.loadline.drain.DrainCoordinator;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpServletResponseWrapper;
import java.io.IOException;
import java.io.PrintWriter;
import org.jspecify.annotations.Nullable;

/**
 * A response that asks for its connection to be closed if a drain is on when it is committed, whenever the request came,
 * and that knows whether its client has gone. As thread-safe as the response it wraps.
 */
final class LimitedResponse extends HttpServletResponseWrapper {
    /*
     * Containers have no hook before the commit, so everything that may commit looks first. After the commit the header
     * is no longer set: HTTP has no way to say it then.
     */
    private final DrainCoordinator drain;
    private final boolean http1;
    private @Nullable ServletOutputStream stream;
    private @Nullable PrintWriter writer;

    /** Written by whoever writes the response, read when the request ends; the container orders the two. */
    private boolean clientGone;

    LimitedResponse(HttpServletResponse response, DrainCoordinator drain, boolean http1) {
        super(response);
        this.drain = drain;
        this.http1 = http1;
    }

    void beforeCommit() {
        // An upgrade needs its own Connection header, and the connection is no longer HTTP's to close.
        if (http1 && drain.isDraining() && !isCommitted() && getStatus() != SC_SWITCHING_PROTOCOLS) {
            setHeader("Connection", "close");
        }
    }

    void clientGone() {
        clientGone = true;
    }

    boolean isClientGone() {
        return clientGone;
    }

    @Override
    public ServletOutputStream getOutputStream() throws IOException {
        ServletOutputStream present = stream;
        if (present == null) {
            present = new LimitedOutputStream(super.getOutputStream(), this);
            stream = present;
        }
        return present;
    }

    @Override
    public PrintWriter getWriter() throws IOException {
        PrintWriter present = writer;
        if (present == null) {
            present = new LimitedWriter(super.getWriter(), this);
            writer = present;
        }
        return present;
    }

    @Override
    public void reset() {
        super.reset();
        stream = null;
        writer = null;
    }

    @Override
    public void flushBuffer() throws IOException {
        beforeCommit();
        try {
            super.flushBuffer();
        } catch (IOException e) {
            clientGone();
            throw e;
        }
    }

    @Override
    public void sendError(int status) throws IOException {
        beforeCommit();
        super.sendError(status);
    }

    @Override
    public void sendError(int status, String message) throws IOException {
        beforeCommit();
        super.sendError(status, message);
    }

    @Override
    public void sendRedirect(String location) throws IOException {
        beforeCommit();
        super.sendRedirect(location);
    }

    @Override
    public void sendRedirect(String location, boolean clearBuffer) throws IOException {
        beforeCommit();
        super.sendRedirect(location, clearBuffer);
    }

    @Override
    public void sendRedirect(String location, int status) throws IOException {
        beforeCommit();
        super.sendRedirect(location, status);
    }

    @Override
    public void sendRedirect(String location, int status, boolean clearBuffer) throws IOException {
        beforeCommit();
        super.sendRedirect(location, status, clearBuffer);
    }
}
