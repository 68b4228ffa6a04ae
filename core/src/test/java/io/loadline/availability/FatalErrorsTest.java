/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.availability;

import static org.assertj.core.api.Assertions.assertThat;

import io.loadline.LogCapture;
import io.loadline.ManualClock;
import io.loadline.availability.FatalErrors.Policy;
import io.loadline.time.Registration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FatalErrorsTest {
    private final Thread.UncaughtExceptionHandler handlerBefore = Thread.getDefaultUncaughtExceptionHandler();
    private final Availability availability = Availability.create(new ManualClock());
    private final FatalErrors errors = FatalErrors.create(availability, Policy.BREAK);

    @AfterEach
    void restore() {
        Thread.setDefaultUncaughtExceptionHandler(handlerBefore);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Java heap space",
                "GC overhead limit exceeded",
                "Metaspace",
                "unable to create native thread: possibly out of memory or process/resource limits reached",
                "Cannot reserve 1048576 bytes of direct buffer memory (allocated: 10, limit: 10)"
            })
    void report_outOfMemory_breaksTheService(String message) {
        assertThat(errors.report(new OutOfMemoryError(message))).isTrue();

        assertThat(availability.state()).isEqualTo(ServiceState.BROKEN);
        assertThat(availability.lastChange().reason()).isEqualTo("fatal error: java.lang.OutOfMemoryError: " + message);
        assertThat(errors.count()).isEqualTo(1);
    }

    @Test
    void report_fatalCauseOfSomethingElse_breaksTheService() {
        assertThat(errors.report(
                        new CompletionException(new IllegalStateException("wrapped", new InternalError("bad")))))
                .isTrue();

        assertThat(availability.state()).isEqualTo(ServiceState.BROKEN);
    }

    /** None of these tells of a JVM that is broken: some come from a single hostile request. */
    @Test
    void report_whatASingleRequestCanCause_doesNothing() {
        Exception own = new Exception("self");
        own.initCause(new RuntimeException(own));
        for (Throwable harmless : new Throwable[] {
            null,
            new StackOverflowError(),
            new AssertionError(),
            new NoClassDefFoundError("x"),
            new OutOfMemoryError("Requested array size exceeds VM limit"),
            new OutOfMemoryError("Required array length too large"),
            new RuntimeException(new StackOverflowError()),
            own
        }) {
            assertThat(errors.report(harmless)).isFalse();
        }

        assertThat(availability.state()).isEqualTo(ServiceState.STARTING);
        assertThat(errors.count()).isZero();
    }

    @Test
    void report_theSameErrorAgain_countsAndTellsOnce() {
        OutOfMemoryError error = new OutOfMemoryError("Java heap space");
        try (LogCapture log = LogCapture.of(FatalErrors.class)) {
            errors.report(new RuntimeException(error));
            errors.report(error);
            errors.beat();

            assertThat(errors.count()).isEqualTo(1);
            assertThat(log.warnings()).containsExactly("Fatal error, the service is broken");
        }
    }

    /** Without memory each request may end with one. */
    @Test
    void report_ofManyErrors_isLoggedOnceAMinute() {
        FatalErrors reporting = FatalErrors.create(availability, Policy.REPORT);
        try (LogCapture log = LogCapture.of(FatalErrors.class)) {
            for (int i = 0; i < 1_000; i++) {
                reporting.report(new OutOfMemoryError());
            }
            for (int beat = 0; beat < 599; beat++) {
                reporting.beat();
            }
            reporting.report(new OutOfMemoryError());
            assertThat(log.warnings()).hasSize(1);
            reporting.beat();
            reporting.report(new OutOfMemoryError());
            assertThat(log.warnings()).hasSize(2);
            assertThat(reporting.count()).isEqualTo(1_002);
        }
    }

    @Test
    void report_byThePolicyReport_onlyCounts() {
        FatalErrors reporting = FatalErrors.create(availability, Policy.REPORT);

        assertThat(reporting.report(new OutOfMemoryError())).isTrue();
        assertThat(reporting.count()).isEqualTo(1);
        assertThat(availability.state()).isEqualTo(ServiceState.STARTING);
    }

    @Test
    void policyOff_looksAtNothing() {
        FatalErrors off = FatalErrors.create(availability, Policy.OFF);
        try (Registration watch = off.watchUncaught()) {
            assertThat(watch).isNotNull();
            assertThat(Thread.getDefaultUncaughtExceptionHandler()).isSameAs(handlerBefore);
        }

        assertThat(off.report(new OutOfMemoryError())).isFalse();
        assertThat(off.count()).isZero();
    }

    /** With no memory left not even a line of log can be made; the next beat makes it. */
    @Test
    void report_whatCannotBeToldForWantOfMemory_isToldAtTheNextBeat() {
        AtomicInteger attempts = new AtomicInteger();
        try (LogCapture log = LogCapture.of(FatalErrors.class, message -> {
            if (attempts.incrementAndGet() <= 2) {
                throw new OutOfMemoryError("again");
            }
        })) {
            assertThat(errors.report(new OutOfMemoryError("first"))).isTrue();
            // It is broken all the same.
            assertThat(availability.state()).isEqualTo(ServiceState.BROKEN);
            assertThat(availability.lastChange().reason()).endsWith("first");
            errors.beat();
            errors.beat();

            errors.beat();
            assertThat(log.messages()).hasSize(3);
        }
    }

    @Test
    void watchUncaught_seesWhatNobodyCaughtAndGoesOnToTheHandlerBefore() throws Exception {
        List<String> handled = new ArrayList<>();
        Thread.UncaughtExceptionHandler mine =
                (thread, failure) -> handled.add(thread.getName() + " " + failure.getMessage());
        Thread.setDefaultUncaughtExceptionHandler(mine);
        Registration watch = errors.watchUncaught();

        die("first", new IllegalStateException("harmless"));
        assertThat(availability.state()).isEqualTo(ServiceState.STARTING);
        die("second", new OutOfMemoryError("fatal"));
        assertThat(availability.state()).isEqualTo(ServiceState.BROKEN);
        assertThat(handled).containsExactly("first harmless", "second fatal");

        watch.close();
        assertThat(Thread.getDefaultUncaughtExceptionHandler()).isSameAs(mine);
    }

    @Test
    void watchUncaught_withoutAHandlerBefore_logsWhatWouldHaveBeenPrinted() throws Exception {
        Thread.setDefaultUncaughtExceptionHandler(null);
        try (LogCapture log = LogCapture.of(FatalErrors.class)) {
            Registration watch = errors.watchUncaught();
            die("worker", new IllegalStateException("mine"));
            watch.close();

            assertThat(log.warnings()).containsExactly("Uncaught in thread \"worker\"");
            assertThat(Thread.getDefaultUncaughtExceptionHandler()).isNull();
        }
    }

    /** Somebody has put a handler of his own before ours: it stays, and ours only passes on. */
    @Test
    void watchUncaught_closedUnderAnotherHandler_leavesThatAndLooksNoMore() throws Exception {
        List<String> handled = new ArrayList<>();
        Thread.setDefaultUncaughtExceptionHandler((thread, failure) -> handled.add("before"));
        Registration watch = errors.watchUncaught();
        Thread.UncaughtExceptionHandler ours = Thread.getDefaultUncaughtExceptionHandler();
        Thread.UncaughtExceptionHandler theirs = (thread, failure) -> ours.uncaughtException(thread, failure);
        Thread.setDefaultUncaughtExceptionHandler(theirs);
        watch.close();

        die("late", new OutOfMemoryError("fatal"));
        assertThat(Thread.getDefaultUncaughtExceptionHandler()).isSameAs(theirs);
        assertThat(handled).containsExactly("before");
        assertThat(errors.count()).isZero();
    }

    private static void die(String name, Throwable failure) throws InterruptedException {
        Thread thread = new Thread(() -> sneakyThrow(failure), name);
        thread.start();
        thread.join(5_000);
        assertThat(thread.isAlive()).isFalse();
    }

    @SuppressWarnings("unchecked")
    private static <T extends Throwable> void sneakyThrow(Throwable failure) throws T {
        throw (T) failure;
    }
}
