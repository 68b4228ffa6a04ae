/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.quarkus.runtime.drain;

import io.loadline.quarkus.runtime.drain.RunningWork.Run;
import io.loadline.quarkus.runtime.queue.CompletedMessages;
import io.smallrye.mutiny.Uni;
import jakarta.annotation.Priority;
import jakarta.inject.Inject;
import jakarta.interceptor.AroundInvoke;
import jakarta.interceptor.Interceptor;
import jakarta.interceptor.InvocationContext;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Counts what runs by methods with {@link CountedWork}, around all else that stands before them. Thread-safe. */
@CountedWork("")
@Interceptor
@Priority(Interceptor.Priority.PLATFORM_BEFORE + 1)
public class CountedWorkInterceptor {
    private final RunningWork work;
    private final CompletedMessages completed;

    @Inject
    CountedWorkInterceptor(RunningWork work, CompletedMessages completed) {
        this.work = work;
        this.completed = completed;
    }

    @AroundInvoke
    @Nullable
    Object count(InvocationContext call) throws Exception {
        CountedWork declared = call.getInterceptorBinding(CountedWork.class);
        String kind = declared.value();
        String channel = declared.channel();
        String name = call.getMethod().getDeclaringClass().getSimpleName() + "."
                + call.getMethod().getName();
        Run run = work.begin(kind, name);
        boolean goesOn = false;
        try {
            Object result = call.proceed();
            if (result instanceof Uni<?> uni) {
                // Nothing of it runs before somebody asks for its item, be it never or again.
                return Uni.createFrom().deferred(() -> counted(uni, work.begin(kind, name), channel));
            }
            if (result instanceof CompletionStage<?> stage) {
                goesOn = true;
                Object unused = stage.whenComplete((value, failure) -> end(run, channel, failure == null));
            } else {
                countMessage(channel);
            }
            return result;
        } finally {
            if (!goesOn) {
                work.end(run);
            }
        }
    }

    private <T> Uni<T> counted(Uni<T> uni, Run run, String channel) {
        return uni.onTermination()
                .invoke((item, failure, cancelled) -> end(run, channel, failure == null && !cancelled));
    }

    private void end(Run run, String channel, boolean done) {
        if (done) {
            countMessage(channel);
        }
        work.end(run);
    }

    private void countMessage(String channel) {
        if (!channel.isEmpty()) {
            completed.count(channel);
        }
    }
}
