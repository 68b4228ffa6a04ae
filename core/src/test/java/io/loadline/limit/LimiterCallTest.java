/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.limit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.loadline.time.ManualTicker;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** {@code call} and {@code callAsync}: each call ends once, with the right outcome, whatever is thrown. */
class LimiterCallTest {
    private ConcurrencyLimiter limiter = limiter(failure -> Outcome.DROPPED);

    @AfterEach
    void nothingLeaks() {
        assertThat(limiter.inFlight()).isZero();
    }

    @Test
    void call_returns_isASuccess() throws Exception {
        assertThat(limiter.<String>call(() -> "result " + limiter.inFlight())).isEqualTo("result 1");
        assertOutcomes(1, 0, 0);
    }

    @Test
    void call_returnsNull_isASuccess() throws Exception {
        assertThat(limiter.<Object>call(() -> null)).isNull();
        assertOutcomes(1, 0, 0);
    }

    @Test
    void call_throwsAnything_isThrownOnAndClassified() {
        for (Throwable thrown :
                new Throwable[] {new IOException(), new IllegalStateException(), new AssertionError(), new Exception()
                }) {
            assertThatThrownBy(() -> limiter.call(() -> Sneaky.sneakyThrow(thrown)))
                    .isSameAs(thrown);
        }
        assertOutcomes(0, 0, 4);
    }

    @Test
    void call_refused_throwsWithoutRunning() {
        Permit one = limiter.tryAcquire();
        Permit two = limiter.tryAcquire();
        assertThatThrownBy(() -> limiter.call(() -> {
                    throw new AssertionError("ran");
                }))
                .isSameAs(RejectedException.of(RejectionReason.LIMIT));
        one.close();
        two.close();
        limiter.refuseAll(() -> {});
        assertThatThrownBy(() -> limiter.call(() -> "ran")).isSameAs(RejectedException.of(RejectionReason.DRAINING));
        assertThat(limiter.stats()).isEqualTo(new LimiterStats(0, 2, 0, 0, 1, 1));
    }

    @Test
    void call_fromWithinACall_countsTwice() throws Exception {
        assertThat(limiter.<Integer>call(() -> limiter.call(() -> limiter.inFlight())))
                .isEqualTo(2);
        assertOutcomes(2, 0, 0);
    }

    @Test
    void call_classifierFails_theCallsOwnFailureIsThrown() {
        IOException thrown = new IOException();
        limiter = limiter(failure -> {
            throw new IllegalStateException("planned");
        });
        assertThatThrownBy(() -> limiter.call(() -> Sneaky.sneakyThrow(thrown))).isSameAs(thrown);
        limiter = limiter(failure -> {
            throw new AssertionError("planned");
        });
        assertThatThrownBy(() -> limiter.call(() -> Sneaky.sneakyThrow(thrown))).isSameAs(thrown);
        assertOutcomes(0, 1, 0);
    }

    @Test
    void call_fails_listenersAreToldAndDoNoHarm() {
        List<Throwable> told = new ArrayList<>();
        limiter = ConcurrencyLimiter.builder("told")
                .algorithm(() -> FixedLimit.of(2))
                .outcomeOf(failure -> Outcome.DROPPED)
                .onFailure(told::add)
                .onFailure(failure -> {
                    throw new AssertionError("planned");
                })
                .build();
        OutOfMemoryError thrown = new OutOfMemoryError("planned");
        assertThatThrownBy(() -> limiter.call(() -> Sneaky.sneakyThrow(thrown))).isSameAs(thrown);
        assertThat(limiter.callAsync(() -> CompletableFuture.failedFuture(thrown)))
                .isCompletedExceptionally();

        assertThat(told).containsExactly(thrown, thrown);
        assertOutcomes(0, 0, 2);
    }

    @Test
    @SuppressWarnings("NullAway")
    void call_classifierGivesNothing_isIgnored() {
        limiter = limiter(failure -> null);
        IOException thrown = new IOException();
        assertThatThrownBy(() -> limiter.call(() -> Sneaky.sneakyThrow(thrown))).isSameAs(thrown);
        assertOutcomes(0, 1, 0);
    }

    @Test
    void callAsync_stageCompletes_endsThen() {
        CompletableFuture<String> work = new CompletableFuture<>();
        CompletionStage<String> result = limiter.callAsync(() -> work);
        assertThat(limiter.inFlight()).isEqualTo(1);
        work.complete("done");
        assertThat(result).isCompletedWithValue("done");
        assertOutcomes(1, 0, 0);
    }

    @Test
    void callAsync_stageIsCompleteAlready_endsAtOnce() {
        assertThat(limiter.callAsync(() -> CompletableFuture.completedFuture(1)))
                .isCompletedWithValue(1);
        assertOutcomes(1, 0, 0);
    }

    @Test
    void callAsync_stageFails_isClassifiedByItsCause() {
        Throwable[] classified = new Throwable[1];
        limiter = limiter(failure -> {
            classified[0] = failure;
            return Outcome.DROPPED;
        });
        IOException thrown = new IOException();
        CompletionStage<String> result = limiter.callAsync(() -> CompletableFuture.supplyAsync(() -> {
            throw new CompletionException(thrown);
        }));
        assertThatThrownBy(() -> result.toCompletableFuture().join()).hasCause(thrown);
        assertThat(classified[0]).isSameAs(thrown);
        assertOutcomes(0, 0, 1);
    }

    @Test
    void callAsync_stageIsCancelled_ends() {
        CompletableFuture<String> work = new CompletableFuture<>();
        CompletionStage<String> result = limiter.callAsync(() -> work);
        work.cancel(true);
        assertThatThrownBy(() -> result.toCompletableFuture().join()).hasCauseInstanceOf(CancellationException.class);
        assertOutcomes(0, 0, 1);
    }

    @Test
    void callAsync_resultIsCancelled_goesOnUntilTheWorkEnds() {
        CompletableFuture<String> work = new CompletableFuture<>();
        limiter.callAsync(() -> work).toCompletableFuture().cancel(true);
        assertThat(limiter.inFlight()).isEqualTo(1);
        work.complete("done");
        assertOutcomes(1, 0, 0);
    }

    @Test
    void callAsync_supplierThrows_failsTheStage() {
        IllegalStateException thrown = new IllegalStateException();
        CompletionStage<String> result = limiter.callAsync(() -> {
            throw thrown;
        });
        assertThatThrownBy(() -> result.toCompletableFuture().join()).hasCause(thrown);
        assertOutcomes(0, 0, 1);
    }

    @Test
    void callAsync_supplierThrowsAnError_isThrown() {
        AssertionError thrown = new AssertionError();
        assertThatThrownBy(() -> limiter.callAsync(() -> {
                    throw thrown;
                }))
                .isSameAs(thrown);
        assertOutcomes(0, 0, 1);
    }

    @Test
    @SuppressWarnings("NullAway")
    void callAsync_supplierGivesNoStage_failsTheStage() {
        CompletionStage<String> result = limiter.callAsync(() -> null);
        assertThatThrownBy(() -> result.toCompletableFuture().join()).hasCauseInstanceOf(NullPointerException.class);
        assertOutcomes(0, 0, 1);
    }

    /** An error in the classifier of a stage's failure is swallowed by the stage: the call would never end. */
    @Test
    void callAsync_classifierFails_endsAndTheStagesFailureStays() {
        limiter = limiter(failure -> {
            throw new AssertionError("planned");
        });
        IOException thrown = new IOException();
        CompletionStage<String> result = limiter.callAsync(() -> CompletableFuture.failedFuture(thrown));
        assertThatThrownBy(() -> result.toCompletableFuture().join()).hasCause(thrown);
        assertOutcomes(0, 1, 0);
    }

    @Test
    void callAsync_refused_failsTheStageWithoutRunning() {
        Permit one = limiter.tryAcquire();
        Permit two = limiter.tryAcquire();
        CompletionStage<String> result = limiter.callAsync(() -> {
            throw new AssertionError("ran");
        });
        assertThatThrownBy(() -> result.toCompletableFuture().join())
                .hasCause(RejectedException.of(RejectionReason.LIMIT));
        one.close();
        two.close();
    }

    @Test
    void defaultOutcome_wantOfCapacity_isDropped() {
        assertThat(FailureOutcomes.byDefault(new TimeoutException())).isEqualTo(Outcome.DROPPED);
        assertThat(FailureOutcomes.byDefault(new RejectedExecutionException())).isEqualTo(Outcome.DROPPED);
        assertThat(FailureOutcomes.byDefault(RejectedException.of(RejectionReason.LIMIT)))
                .isEqualTo(Outcome.DROPPED);
        assertThat(FailureOutcomes.byDefault(new IOException())).isEqualTo(Outcome.IGNORED);
        assertThat(FailureOutcomes.byDefault(new OutOfMemoryError())).isEqualTo(Outcome.IGNORED);
    }

    private void assertOutcomes(long succeeded, long ignored, long dropped) {
        assertThat(limiter.stats()).isEqualTo(new LimiterStats(succeeded, ignored, dropped, 0, 0, 0));
    }

    private static ConcurrencyLimiter limiter(Function<Throwable, Outcome> outcomeOf) {
        return ConcurrencyLimiter.builder("calls")
                .algorithm(() -> FixedLimit.of(2))
                .outcomeOf(outcomeOf)
                .ticker(new ManualTicker())
                .build();
    }
}
