/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring.servlet;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** A request whose time-out may come before its time, for long polls. As thread-safe as the request it wraps. */
final class EarlyTimeoutRequest extends HttpServletRequestWrapper {
    /*
     * What a long poll answers when nothing new has come is known to the application alone, which says so in a listener
     * of its own or, by way of DeferredResult, in one of Spring's. So the listeners are noted, and told as the container
     * would tell them. Should none of them answer, the request stays as it is, and the container's time-out comes later.
     */
    private final List<Noted> listeners = new CopyOnWriteArrayList<>();

    EarlyTimeoutRequest(HttpServletRequest request) {
        super(request);
    }

    @Override
    public AsyncContext startAsync() {
        return noting(super.startAsync());
    }

    @Override
    public AsyncContext startAsync(ServletRequest request, ServletResponse response) {
        return noting(super.startAsync(request, response));
    }

    @Override
    public AsyncContext getAsyncContext() {
        return new NotingContext(super.getAsyncContext(), listeners);
    }

    /** Tells the listeners that the time is over. */
    void timeOut() {
        for (Noted noted : listeners) {
            try {
                noted.listener.onTimeout(new AsyncEvent(super.getAsyncContext(), noted.request, noted.response));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** The container has dropped the listeners of the cycle before. */
    private AsyncContext noting(AsyncContext started) {
        listeners.clear();
        return new NotingContext(started, listeners);
    }

    /** A listener, and what it was to be given. */
    private record Noted(
            AsyncListener listener,
            @Nullable ServletRequest request,
            @Nullable ServletResponse response) {}

    /** Notes the listeners; all else is the container's. */
    private record NotingContext(AsyncContext delegate, List<Noted> listeners) implements AsyncContext {

        @Override
        public void addListener(AsyncListener listener) {
            delegate.addListener(listener);
            listeners.add(new Noted(listener, null, null));
        }

        @Override
        public void addListener(AsyncListener listener, ServletRequest request, ServletResponse response) {
            delegate.addListener(listener, request, response);
            listeners.add(new Noted(listener, request, response));
        }

        @Override
        public ServletRequest getRequest() {
            return delegate.getRequest();
        }

        @Override
        public ServletResponse getResponse() {
            return delegate.getResponse();
        }

        @Override
        public boolean hasOriginalRequestAndResponse() {
            return delegate.hasOriginalRequestAndResponse();
        }

        @Override
        public void dispatch() {
            delegate.dispatch();
        }

        @Override
        public void dispatch(String path) {
            delegate.dispatch(path);
        }

        @Override
        public void dispatch(ServletContext context, String path) {
            delegate.dispatch(context, path);
        }

        @Override
        public void complete() {
            delegate.complete();
        }

        @Override
        public void start(Runnable run) {
            delegate.start(run);
        }

        @Override
        public <T extends AsyncListener> T createListener(Class<T> type) throws ServletException {
            return delegate.createListener(type);
        }

        @Override
        public void setTimeout(long timeout) {
            delegate.setTimeout(timeout);
        }

        @Override
        public long getTimeout() {
            return delegate.getTimeout();
        }
    }
}
