/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring.servlet;

import static org.assertj.core.api.Assertions.assertThat;

import io.loadline.limit.CallContext;
import io.loadline.limit.ConcurrencyLimiter;
import io.loadline.limit.FixedLimit;
import io.loadline.limit.Outcome;
import io.loadline.limit.Permit;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.MDC;

/** A limiter of one call, and what is in the logger's context of those that may wait for it. */
@Timeout(20)
class WaitNoteTest {
    private final WaitNote notes = new WaitNote();
    private final ConcurrencyLimiter limiter = ConcurrencyLimiter.builder("noted")
            .algorithm(() -> FixedLimit.of(1))
            .maxWaiters(1)
            .listener(notes)
            .build();
    private final WaitNote.Wait wait = notes.atMost(Duration.ofHours(1));

    @AfterEach
    void clear() {
        MDC.remove(WaitNote.MDC_KEY);
    }

    @Test
    void requestThatDoesNotWait_leavesTheLoggersContextAlone() throws Exception {
        MDC.put(WaitNote.MDC_KEY, "somebody's");
        long ticket = wait.acquire(limiter, limiter.otherRoute(), CallContext.NONE);
        assertThat(MDC.get(WaitNote.MDC_KEY)).isEqualTo("somebody's");
        limiter.release(ticket, limiter.otherRoute(), Outcome.SUCCESS);
        wait.forget();
        assertThat(MDC.get(WaitNote.MDC_KEY)).isEqualTo("somebody's");
    }

    @Test
    void requestThatHasWaited_leavesTheLoggersContextAsItWas() throws Exception {
        Permit holding = limiter.tryAcquire();
        FutureTask<List<String>> request = new FutureTask<>(() -> {
            List<String> seen = new ArrayList<>();
            MDC.put(WaitNote.MDC_KEY, "before");
            long ticket = wait.acquire(limiter, limiter.otherRoute(), CallContext.NONE);
            seen.add(MDC.get(WaitNote.MDC_KEY));
            limiter.release(ticket, limiter.otherRoute(), Outcome.SUCCESS);
            wait.forget();
            seen.add(MDC.get(WaitNote.MDC_KEY));
            return seen;
        });
        new Thread(request).start();
        while (limiter.waiting().waiting() != 1) {
            Thread.onSpinWait();
        }
        holding.close();
        assertThat(request.get()).hasSize(2).last().isEqualTo("before");
        assertThat(request.get().get(0)).containsOnlyDigits();
    }

    /** One of an application's own, on the same limiter, is no wait of the request. */
    @Test
    void waitOfSomebodyElse_isNotNoted() {
        notes.waited(limiter.otherRoute(), Duration.ofSeconds(1));
        assertThat(MDC.get(WaitNote.MDC_KEY)).isNull();
    }
}
