/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.startup;

import io.loadline.startup.FailurePolicy.Last;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs the stages of a plan one after the other on the calling thread, and waits for no memory: for adapters, where Loadline is
 * switched off and the application needs its data all the same. Stateless.
 */
public final class InlineStart {
    private static final Logger LOG = LoggerFactory.getLogger(InlineStart.class);

    private InlineStart() {}

    /**
     * Runs the stages in the plan's order.
     *
     * @throws IllegalStateException if one fails that the service cannot do without, with its failure as the cause
     */
    public static void run(StartupPlan plan) {
        Set<String> done = new HashSet<>();
        for (StartupStage stage : plan.stages()) {
            Optional<String> missing = stage.dependsOn().stream()
                    .filter(name -> !done.contains(name))
                    .findFirst();
            Throwable failure = missing.isPresent()
                    ? new IllegalStateException("it needs '" + missing.get() + "', which failed")
                    : attempt(stage);
            if (failure == null) {
                done.add(stage.name());
            } else if (stage.onFailure().last() == Last.FAIL) {
                throw new IllegalStateException("The " + stage + " failed", failure);
            } else {
                LOG.warn("The {} failed; the service goes on without it", stage, failure);
            }
        }
    }

    /** What the stage of that name is told where nobody controls it. */
    public static StageContext context(String stage) {
        return new InlineContext(stage);
    }

    /** Why its last attempt failed; null if one did not. */
    private static @Nullable Throwable attempt(StartupStage stage) {
        FailurePolicy policy = stage.onFailure();
        for (int retry = 0; ; retry++) {
            try {
                if (retry > 0) {
                    // Nobody ever gives it: this is the wait before the retry, which an interrupt ends.
                    boolean unused = new Semaphore(0).tryAcquire(policy.backoffNanos(retry), TimeUnit.NANOSECONDS);
                }
                stage.action().run(context(stage.name()));
                return null;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return e;
            } catch (Throwable e) {
                // Errors too: what the service can do without must not keep it from starting.
                if (retry >= policy.retries()) {
                    return e;
                }
                LOG.warn("The {} failed at attempt {}", stage, retry + 1, e);
            }
        }
    }

    private record InlineContext(String stage) implements StageContext {
        @Override
        public void checkpoint() {}

        @Override
        public boolean isCancelled() {
            return false;
        }

        @Override
        public void report(long bytes) {}
    }
}
