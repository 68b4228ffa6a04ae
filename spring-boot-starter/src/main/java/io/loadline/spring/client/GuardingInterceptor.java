/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring.client;

import io.loadline.guard.GuardPermit;
import io.loadline.limit.CallContext;
import io.loadline.limit.ContextHeaders;
import io.loadline.spring.internal.GuardedHosts;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpRequest;
import org.springframework.http.client.ClientHttpRequestExecution;
import org.springframework.http.client.ClientHttpRequestInterceptor;
import org.springframework.http.client.ClientHttpResponse;

/** Lets the requests of {@code RestClient} and {@code RestTemplate} through the guards of their hosts. Thread-safe. */
final class GuardingInterceptor implements ClientHttpRequestInterceptor {
    private final GuardedHosts hosts;

    GuardingInterceptor(GuardedHosts hosts) {
        this.hosts = hosts;
    }

    @Override
    public ClientHttpResponse intercept(HttpRequest request, byte[] body, ClientHttpRequestExecution execution)
            throws IOException {
        GuardedHosts.Target target = hosts.find(request.getURI());
        if (target == null) {
            return execution.execute(request, body);
        }
        CallContext context = CallContext.current();
        GuardPermit permit = target.guard().acquire(context);
        try {
            if (target.propagate()) {
                HttpHeaders headers = request.getHeaders();
                ContextHeaders.write(context.timeout(permit.timeLimit()), name -> joined(headers, name), headers::set);
            }
            return new GuardedResponse(execution.execute(request, body), permit);
        } catch (Throwable e) {
            permit.failure(e);
            throw e;
        }
    }

    private static @Nullable String joined(HttpHeaders headers, String name) {
        List<String> values = headers.getOrEmpty(name);
        return values.isEmpty() ? null : String.join(",", values);
    }
}
