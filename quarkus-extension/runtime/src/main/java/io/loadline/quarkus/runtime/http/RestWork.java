/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.quarkus.runtime.http;

import java.util.concurrent.Flow;
import org.jboss.resteasy.reactive.server.core.ResteasyReactiveRequestContext;

/** The work of Quarkus REST for a request. Thread-safe. */
final class RestWork implements Work {
    /*
     * A worker that goes on ends the response, which nobody gets, or fails: either is the end of the context. So is a Uni that
     * is cancelled. Only of a Multi that is cancelled nothing more is heard.
     */
    private final ResteasyReactiveRequestContext request;

    RestWork(ResteasyReactiveRequestContext request) {
        this.request = request;
    }

    @Override
    public boolean endsWithItsClient() {
        return request.isSuspended() && request.getResult() instanceof Flow.Publisher;
    }

    @Override
    public boolean isRunning() {
        return !request.isSuspended();
    }

    @Override
    public void whenDone(Runnable listener) {
        request.registerCompletionCallback(failure -> listener.run());
    }
}
