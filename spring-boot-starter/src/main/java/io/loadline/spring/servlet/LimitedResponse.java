/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring.servlet;

import io.loadline.drain.DrainCoordinator;
import io.loadline.limit.ConcurrencyLimiter;
import io.loadline.limit.Rejection;
import io.loadline.limit.RejectionReason;
import io.loadline.limit.Route;
import io.loadline.signal.OrcaHeader;
import io.loadline.signal.OrcaReports;
import io.loadline.spring.internal.Outcomes;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpServletResponseWrapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A response that asks for its connection to be closed if a drain is on when it is committed, whenever the request came,
 * that tells the load of the moment in which it begins, and that knows whether its client has gone. As thread-safe as the
 * response it wraps.
 */
final class LimitedResponse extends HttpServletResponseWrapper {
    /*
     * Containers have no hook before the commit, so everything that may commit looks first. After the commit the header
     * is no longer set: HTTP has no way to say it then.
     *
     * Containers do not let one thread end a response while another writes it. Those that are ended from outside, event
     * streams, have a lock around each write for that; all others have none.
     */
    private static final long PATIENCE_MILLIS = 200;

    private final DrainCoordinator drain;
    private final boolean http1;

    /** What is wrapped. Written by the constructor, and by whoever puts another one in its place before it answers. */
    private HttpServletResponse bare;

    private @Nullable ServletOutputStream stream;
    private @Nullable PrintWriter writer;

    /** Set if a report may be due, with what the request asks for. Written by the filter before it passes this on. */
    private @Nullable OrcaReports reports;

    private @Nullable String askedReport;

    /** Whether the report is there, or none is due. Written by whoever may commit. */
    private boolean loadReported;

    /** Written by whoever writes the response, read when the request ends; the container orders the two. */
    private boolean clientGone;

    /** Set when the request has gone asynchronous, read by whoever may commit. */
    private volatile @Nullable OnStream onStream;

    /** Whose it is, if it was admitted. Written by the filter before anybody else has it. */
    private @Nullable ConcurrencyLimiter limiter;

    private @Nullable Route route;

    /** Whether it is counted as a stream. Written by the request's thread before it returns, and read after that. */
    private boolean streamBegun;

    /** Whether it was refused after all. Written by whoever would have begun a stream, read at the end. */
    private volatile boolean refused;

    /** Set when it may be ended from outside, held by whoever writes. */
    private volatile @Nullable ReentrantLock writing;

    /** Written under {@link #writing}, read by writers there. */
    private boolean ended;

    LimitedResponse(HttpServletResponse response, DrainCoordinator drain, boolean http1) {
        super(response);
        this.bare = response;
        this.drain = drain;
        this.http1 = http1;
    }

    /** Puts a load report among the headers when the response begins, if {@code request} asks for one or all have one. */
    void reportLoad(OrcaReports orca, HttpServletRequest request) {
        if (orca.isSent()) {
            askedReport = request.getHeader(OrcaHeader.ASKED);
            reports = orca;
            // Of an error's dispatch, before which the container may have dropped all headers.
            loadReported = false;
        }
    }

    private void reportLoad(OrcaReports orca) {
        loadReported = true;
        OrcaHeader header = orca.header(askedReport);
        if (header != null && !isCommitted()) {
            setHeader(header.name(), header.value());
        }
    }

    void beforeCommit() {
        OrcaReports unreported = loadReported ? null : reports;
        if (unreported != null) {
            reportLoad(unreported);
        }
        // An upgrade needs its own Connection header, and the connection is no longer HTTP's to close.
        if (http1 && drain.isDraining() && !isCommitted() && getStatus() != SC_SWITCHING_PROTOCOLS) {
            setHeader("Connection", "close");
        }
        checkStream();
    }

    /** Calls one of both as soon as this is known to be a stream, of events or of another kind; maybe more than once. */
    void onStream(Runnable events, Runnable others) {
        onStream = new OnStream(events, others);
        checkStream();
    }

    /** What is written from here on is one answer, whatever its type: it was dispatched when it was known. */
    void answering() {
        onStream = null;
    }

    private void checkStream() {
        OnStream found = onStream;
        if (found != null && Outcomes.isStream(getContentType())) {
            onStream = null;
            (Outcomes.isEventStream(getContentType()) ? found.events : found.others).run();
        }
    }

    void admitted(ConcurrencyLimiter by, Route to) {
        limiter = by;
        route = to;
    }

    /** Counts what is about to begin as a stream; where there are too many it answers so, and returns false. */
    boolean beginStream() throws IOException {
        ConcurrencyLimiter by = limiter;
        Route to = route;
        if (by == null || to == null || streamBegun) {
            return true;
        }
        streamBegun = by.streams().countRefusable(to, by.streams().tryBegin());
        if (!streamBegun) {
            refused = true;
            answerInstead(RejectionReason.ROUTE_CAP);
        }
        return streamBegun;
    }

    /** Whether {@link #beginStream} has counted one; from now on the caller is who ends it. */
    boolean takeStream() {
        boolean begun = streamBegun;
        streamBegun = false;
        return begun;
    }

    boolean isRefused() {
        return refused;
    }

    /** Answers that it is refused, unless it has begun to answer otherwise, and lets nobody write after that. */
    void refuse(RejectionReason reason, Runnable complete) {
        guardWrites();
        boolean unusedIfBusy = awaitWriter(true);
        refused = true;
        try {
            answerInstead(reason);
        } catch (IOException | IllegalStateException gone) {
            // Nobody is there to be told, or it is told by the end.
        }
        complete.run();
    }

    /** In place of what has been written, unless the client has got some of that. */
    private void answerInstead(RejectionReason reason) throws IOException {
        if (!isCommitted()) {
            resetBuffer();
            answer(reason, true);
        }
    }

    void answer(RejectionReason reason, boolean withBody) throws IOException {
        answer(Rejection.of(reason), withBody);
    }

    void answer(Rejection rejection, boolean withBody) throws IOException {
        byte[] body = rejection.problemJson();
        setStatus(rejection.status());
        setHeader("Retry-After", rejection.retryAfterSeconds());
        setContentType(Rejection.PROBLEM_JSON);
        ServletOutputStream bytes = withBody ? bytesUnlessWriterTaken() : null;
        // A writer's encoding can no longer be changed, so how long its text will be is for the container to find.
        setContentLengthLong(withBody && bytes == null ? -1 : body.length);
        beforeCommit();
        if (bytes != null) {
            bytes.write(body);
        } else if (withBody) {
            super.getWriter().write(new String(body, StandardCharsets.UTF_8));
        }
    }

    private @Nullable ServletOutputStream bytesUnlessWriterTaken() throws IOException {
        try {
            return super.getOutputStream();
        } catch (IllegalStateException writerTaken) {
            return null;
        }
    }

    /** From here on {@link #end} may end it. */
    void guardWrites() {
        if (writing == null) {
            writing = new ReentrantLock();
        }
    }

    /** Ends the response by {@code complete} when nobody writes, and lets nobody write after that. */
    void end(Runnable complete) {
        if (awaitWriter(true)) {
            complete.run();
        }
    }

    /** Runs {@code complete} when nobody writes. */
    void afterWrites(Runnable complete) {
        if (awaitWriter(false)) {
            complete.run();
        }
    }

    /** False if somebody writes for long: then the client does not read, and will be cut off. */
    private boolean awaitWriter(boolean ends) {
        ReentrantLock lock = writing;
        try {
            if (lock == null || !lock.tryLock(PATIENCE_MILLIS, TimeUnit.MILLISECONDS)) {
                return false;
            }
            ended |= ends;
            lock.unlock();
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    void write(Write write) throws IOException {
        beforeCommit();
        ReentrantLock lock = writing;
        if (lock == null) {
            perform(write);
            return;
        }
        lock.lock();
        try {
            if (ended) {
                throw new IOException("the response has been ended, since the service is leaving");
            }
            perform(write);
        } finally {
            lock.unlock();
        }
    }

    private void perform(Write write) throws IOException {
        try {
            write.perform();
        } catch (IOException e) {
            clientGone = true;
            throw e;
        }
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
        loadReported = false;
        stream = null;
        writer = null;
    }

    @Override
    public void flushBuffer() throws IOException {
        write(super::flushBuffer);
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

    @Override
    public void setResponse(ServletResponse response) {
        super.setResponse(response);
        bare = (HttpServletResponse) response;
    }

    /*
     * What follows is what the superclass does, for what answers ask for most. That casts to an interface at each call, for
     * which the JVM keeps one answer a class: the casts of others to other interfaces drive it out (JDK-8180450).
     */
    @Override
    public void addHeader(String name, String value) {
        bare.addHeader(name, value);
    }

    @Override
    public void setHeader(String name, String value) {
        bare.setHeader(name, value);
    }

    @Override
    public boolean containsHeader(String name) {
        return bare.containsHeader(name);
    }

    @Override
    public @Nullable String getHeader(String name) {
        return bare.getHeader(name);
    }

    @Override
    public void setStatus(int status) {
        bare.setStatus(status);
    }

    @Override
    public int getStatus() {
        return bare.getStatus();
    }

    /** What is done when a response turns out to be a stream. Immutable. */
    private record OnStream(Runnable events, Runnable others) {}

    /** Something that may write to the client. */
    @FunctionalInterface
    interface Write {
        void perform() throws IOException;
    }
}
