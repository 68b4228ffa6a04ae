/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.limit;

import java.util.concurrent.atomic.AtomicInteger;
import org.jetbrains.lincheck.datastructures.BooleanGen;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jetbrains.lincheck.datastructures.StressOptions;
import org.jetbrains.lincheck.datastructures.Validate;
import org.junit.jupiter.api.Test;

/**
 * However many threads end a {@link Permit}, or take its ticket, one of them does; its call is released once, and the
 * limiter admits another one then.
 */
@Param(name = "success", gen = BooleanGen.class)
public class PermitLincheckTest {
    private final ConcurrencyLimiter limiter = ConcurrencyLimiter.builder("checked")
            .algorithm(() -> FixedLimit.of(1))
            .ticker(() -> 0)
            .cpuUtilization(() -> 0)
            .build();
    private final Permit permit = limiter.tryAcquire();
    private final AtomicInteger ended = new AtomicInteger();

    @Test
    void modelChecking_finds_noOrderThatAPlainFieldCannotGive() {
        new ModelCheckingOptions()
                .iterations(8)
                .invocationsPerIteration(150)
                .threads(3)
                .actorsPerThread(2)
                .actorsBefore(0) // the first one ends it
                .actorsAfter(1)
                .sequentialSpecification(PlainPermit.class)
                .check(PermitLincheckTest.class);
    }

    @Test
    void stress_finds_noOrderThatAPlainFieldCannotGive() {
        new StressOptions()
                .iterations(10)
                .invocationsPerIteration(300)
                .threads(3)
                .actorsPerThread(2)
                .actorsBefore(0) // the first one ends it
                .actorsAfter(1)
                .sequentialSpecification(PlainPermit.class)
                .check(PermitLincheckTest.class);
    }

    @Operation
    public boolean end(@Param(name = "success") boolean success) {
        return note(success ? permit.success() : permit.drop());
    }

    @Operation
    public boolean endByTicket() {
        long ticket = permit.toTicket();
        if (ticket != ConcurrencyLimiter.REFUSED) {
            limiter.release(ticket, permit.route(), Outcome.IGNORED);
        }
        return note(ticket != ConcurrencyLimiter.REFUSED);
    }

    @Validate
    public void releasedOnce() {
        if (limiter.inFlight() != 1 - ended.get() || ended.get() > 1) {
            throw new AssertionError("in flight " + limiter.inFlight() + ", ended " + ended);
        }
    }

    private boolean note(boolean wasThisOne) {
        ended.addAndGet(wasThisOne ? 1 : 0);
        return wasThisOne;
    }

    /** The same as a plain field. Not thread-safe. */
    public static final class PlainPermit {
        private boolean ended;

        public boolean end(boolean success) {
            boolean wasThisOne = !ended;
            ended = true;
            return wasThisOne;
        }

        public boolean endByTicket() {
            return end(true);
        }
    }
}
