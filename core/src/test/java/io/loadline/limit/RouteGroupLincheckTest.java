/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.limit;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jetbrains.lincheck.datastructures.Validate;
import org.jetbrains.lincheck.datastructures.verifier.EpsilonVerifier;
import org.junit.jupiter.api.Test;

/**
 * Whatever several threads do to a group and to the word it shares with all others, no more calls run than the limit or the
 * cap allows, as counted by the calls, and what word and group count at the end is what there is.
 *
 * <p>That a free place is never refused is not claimed, so there is no sequential order to compare with: a call of the group
 * may hold a common place for a moment that it finds it does not need.
 */
@Param(name = "share", gen = IntGen.class, conf = "0:3")
@Param(name = "cap", gen = IntGen.class, conf = "1:3")
public class RouteGroupLincheckTest {
    private static final int LIMIT = 3;
    private static final int LARGEST_CAP = 3;

    private final AdmissionWord word = new AdmissionWord(LIMIT);
    private final RouteGroups groups = new RouteGroups(word, true);
    private final RouteGroup group;
    private final AtomicInteger grouped = new AtomicInteger();
    private final AtomicInteger others = new AtomicInteger();
    private final AtomicInteger running = new AtomicInteger();
    private final AtomicInteger exceeded = new AtomicInteger();

    public RouteGroupLincheckTest() {
        groups.limits("group", RouteLimits.NONE.share(0.34).cap(LARGEST_CAP), List.of());
        group = groups.of("group");
    }

    @Test
    void modelChecking_findsNoWayToExceedALimitOrToLoseAPlace() {
        new ModelCheckingOptions()
                .iterations(12)
                .invocationsPerIteration(150)
                .threads(3)
                .actorsPerThread(3)
                .actorsBefore(2)
                .actorsAfter(2)
                .verifier(EpsilonVerifier.class)
                .check(RouteGroupLincheckTest.class);
    }

    @Operation
    public boolean acquireInGroup() {
        boolean admitted = group.tryAcquire(Enforcement.ENFORCE, Enforcement.ENFORCE) >= 0;
        if (admitted && grouped.incrementAndGet() > LARGEST_CAP) {
            exceeded.incrementAndGet();
        }
        return note(admitted);
    }

    @Operation
    public boolean acquire() {
        boolean admitted = word.tryAcquire(Enforcement.ENFORCE) >= 0;
        if (admitted) {
            others.incrementAndGet();
        }
        return note(admitted);
    }

    @Operation
    public boolean releaseInGroup() {
        return takeOne(grouped) && group.release() != AdmissionWord.RELEASED;
    }

    @Operation
    public boolean release() {
        return takeOne(others) && word.release(false) != AdmissionWord.RELEASED;
    }

    @Operation
    public void change(@Param(name = "share") int share, @Param(name = "cap") int cap) {
        groups.limits("group", RouteLimits.NONE.share(share / 4.0 + 0.01).cap(cap), List.of());
    }

    @Operation
    public void beat() {
        groups.beat();
    }

    @Validate
    public void nothingIsExceededOrLost() {
        int reserved = group.reserved();
        groups.beat();
        if (exceeded.get() > 0) {
            throw new IllegalStateException("more ran than may");
        }
        if (group.calls() != grouped.get() || word.running() != grouped.get() + others.get()) {
            throw new IllegalStateException(group.calls() + " of " + grouped + " and " + word.running() + " of "
                    + (grouped.get() + others.get()) + ", reserved " + reserved);
        }
        if (groups.closed(true) != (grouped.get() + others.get() == 0)) {
            throw new IllegalStateException("empty is not empty");
        }
        boolean unused = groups.closed(false);
    }

    private boolean note(boolean admitted) {
        if (admitted && running.incrementAndGet() > LIMIT) {
            exceeded.incrementAndGet();
        }
        return admitted;
    }

    /** Before the place is given back: then there are never more that run than are counted here. */
    private boolean takeOne(AtomicInteger counter) {
        for (; ; ) {
            int current = counter.get();
            if (current == 0) {
                return false;
            }
            if (counter.compareAndSet(current, current - 1)) {
                running.decrementAndGet();
                return true;
            }
        }
    }
}
