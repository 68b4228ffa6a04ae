/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.quarkus.runtime.method;

import io.smallrye.mutiny.infrastructure.Infrastructure;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import java.util.concurrent.Executor;

/** Threads that are to go on with what had to wait: with the same context, and blocked or not as before. Stateless. */
final class SameThreads {
    private SameThreads() {}

    static Executor current() {
        Context context = Vertx.currentContext();
        if (context == null) {
            return Infrastructure.getDefaultExecutor();
        }
        return Context.isOnEventLoopThread()
                ? task -> context.runOnContext(unused -> task.run())
                : task -> {
                    Object unused = context.executeBlocking(
                            () -> {
                                task.run();
                                return true;
                            },
                            false);
                };
    }
}
