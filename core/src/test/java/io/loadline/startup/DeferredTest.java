/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.startup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.loadline.time.ManualTicker;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class DeferredTest {
    private final ManualTicker ticker = new ManualTicker();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final AtomicInteger made = new AtomicInteger();

    @AfterEach
    void stop() {
        threads.shutdownNow();
    }

    @Test
    void get_makesTheValueOnFirstUse() {
        Deferred<String> value = Deferred.of("geo", () -> "made " + made.incrementAndGet());
        assertThat(value.isMade()).isFalse();
        assertThat(value).hasToString("Deferred 'geo', not made yet");

        assertThat(value.get()).isEqualTo("made 1");
        assertThat(value.get()).isEqualTo("made 1");
        assertThat(value.isMade()).isTrue();
        assertThat(value.when()).isEqualTo(Deferred.When.FIRST_USE);
    }

    @RepeatedTest(20)
    void get_fromManyThreadsAtOnce_makesOne() throws Exception {
        CyclicBarrier start = new CyclicBarrier(8);
        Deferred<Integer> value = Deferred.of("geo", made::incrementAndGet);
        List<Future<Integer>> all = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            all.add(threads.submit(() -> {
                start.await();
                return value.get();
            }));
        }

        for (Future<Integer> each : all) {
            assertThat(each.get(10, TimeUnit.SECONDS)).isEqualTo(1);
        }
    }

    @Test
    void failure_isToldForASecondAndThenTriedAgain() {
        Deferred<String> value = Deferred.<String>builder("geo", () -> {
                    if (made.incrementAndGet() == 1) {
                        throw new IOException("no file");
                    }
                    return "there";
                })
                .ticker(ticker)
                .build();
        assertFails(value);
        ticker.advance(Duration.ofMillis(999));
        assertFails(value);
        assertThat(made).hasValue(1);
        ticker.advance(Duration.ofMillis(1));

        assertThat(value.get()).isEqualTo("there");
    }

    private static void assertFails(Deferred<String> value) {
        assertThatThrownBy(value::get)
                .isInstanceOf(CompletionException.class)
                .hasMessage("'geo' could not be made: java.io.IOException: no file")
                .hasCauseInstanceOf(IOException.class);
    }

    @Test
    void failure_ofAnError_isHandledLikeAnyOther() {
        Deferred<String> value = Deferred.of("geo", () -> {
            throw new StackOverflowError();
        });

        assertThatThrownBy(value::get)
                .isInstanceOf(CompletionException.class)
                .hasCauseInstanceOf(StackOverflowError.class);
    }

    @Test
    void null_isNoValue() {
        assertThatThrownBy(() -> Deferred.of("geo", () -> null).get())
                .hasMessage("'geo' could not be made: java.lang.IllegalStateException: null was made");
    }

    @Test
    void valueThatNeedsItself_saysSo() {
        AtomicReference<Deferred<String>> self = new AtomicReference<>();
        self.set(Deferred.of("geo", () -> self.get().get()));

        assertThatThrownBy(self.get()::get)
                .rootCause()
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("'geo' cannot be made: it needs itself; 'geo'");
    }

    @Test
    void valuesThatNeedEachOther_inOneThread_nameTheWay() {
        AtomicReference<Deferred<String>> first = new AtomicReference<>();
        Deferred<String> third = Deferred.of("third", () -> first.get().get());
        Deferred<String> second = Deferred.of("second", third::get);
        first.set(Deferred.of("first", second::get));

        assertThatThrownBy(first.get()::get)
                .rootCause()
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("'first' cannot be made: it needs itself; 'first', which is needed by 'third', which is"
                        + " needed by 'second'");
    }

    /** Each thread makes one and then needs the other's: without the check both would wait for ever. */
    @RepeatedTest(20)
    void valuesThatNeedEachOther_inTwoThreads_failInsteadOfWaitingForEver() throws Exception {
        CyclicBarrier both = new CyclicBarrier(2);
        AtomicReference<Deferred<String>> second = new AtomicReference<>();
        Deferred<String> first = Deferred.of("first", () -> {
            both.await();
            return second.get().get();
        });
        second.set(Deferred.of("second", () -> {
            both.await();
            return first.get();
        }));
        Future<String> one = threads.submit(first::get);
        Future<String> other = threads.submit(second.get()::get);

        assertThatThrownBy(() -> one.get(10, TimeUnit.SECONDS)).rootCause().hasMessageContaining("it needs itself");
        assertThatThrownBy(() -> other.get(10, TimeUnit.SECONDS)).rootCause().hasMessageContaining("it needs itself");
    }

    @Test
    void get_thatIsInterruptedWhileAnotherThreadMakesTheValue_ends() throws Exception {
        CountDownLatch making = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        Deferred<String> value = Deferred.of("geo", () -> {
            making.countDown();
            go.await();
            return "there";
        });
        Future<String> maker = threads.submit(value::get);
        assertThat(making.await(10, TimeUnit.SECONDS)).isTrue();
        Thread.currentThread().interrupt();

        assertThatThrownBy(value::get)
                .isInstanceOf(CancellationException.class)
                .hasMessage("interrupted while waiting for 'geo'");
        assertThat(Thread.interrupted()).isTrue();
        go.countDown();
        assertThat(maker.get(10, TimeUnit.SECONDS)).isEqualTo("there");
    }

    /** The thread was meant, as by a deadline: the next one must not hear of it. */
    @Test
    void interruptOfTheMaker_isNoFailureOfTheValue() {
        Deferred<String> value = Deferred.<String>builder("geo", () -> {
                    if (made.incrementAndGet() == 1) {
                        throw new InterruptedException();
                    }
                    return "there";
                })
                .ticker(ticker)
                .build();
        assertThatThrownBy(value::get).hasCauseInstanceOf(InterruptedException.class);
        assertThat(Thread.interrupted()).isTrue();

        assertThat(value.get()).isEqualTo("there");
    }

    @Test
    void nonsense_isRefusedWithKeyAndValue() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Deferred.of(" ", () -> 1))
                .withMessage("name of a deferred value must not be blank: ' '");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Deferred.builder("geo", () -> 1).retryAfter(Duration.ofSeconds(-1)))
                .withMessage("retryAfter of 'geo' must be between 0 and 1 h: PT-1S");
    }
}
