/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 10, unit = TimeUnit.SECONDS)
class ListenersTest {
    private final Listeners<Consumer<Integer>, Integer> listeners = new Listeners<>(Consumer::accept);

    @Test
    void publish_manyThreads_eachListenerSeesAllEventsOnceInTheSameOrder() throws Exception {
        List<Integer> first = new ArrayList<>();
        List<Integer> second = new ArrayList<>();
        AtomicInteger inside = new AtomicInteger();
        AtomicInteger together = new AtomicInteger();
        listeners.add(event -> {
            together.accumulateAndGet(inside.incrementAndGet(), Math::max);
            // Plain lists: a listener is told one event at a time.
            first.add(event);
            inside.decrementAndGet();
        });
        listeners.add(second::add);
        int threads = 4;
        int each = 5_000;
        ExecutorService executor = Executors.newFixedThreadPool(threads);
        CountDownLatch begin = new CountDownLatch(1);
        List<Future<?>> publishers = new ArrayList<>();
        for (int t = 0; t < threads; t++) {
            int base = t * each;
            publishers.add(executor.submit(() -> {
                begin.await();
                for (int i = 0; i < each; i++) {
                    listeners.publish(base + i);
                }
                return null;
            }));
        }
        begin.countDown();
        for (Future<?> publisher : publishers) {
            publisher.get();
        }
        executor.shutdown();
        assertThat(executor.awaitTermination(5, TimeUnit.SECONDS)).isTrue();

        assertThat(together).hasValue(1);
        assertThat(first).hasSize(threads * each).doesNotHaveDuplicates().isEqualTo(second);
        for (int t = 0; t < threads; t++) {
            int base = t * each;
            assertThat(first.stream().filter(e -> e / each == base / each)).isSorted();
        }
    }

    @Test
    void publish_fromAListener_othersSeeTheFirstEventFirst() {
        List<Integer> second = new ArrayList<>();
        listeners.add(event -> {
            if (event < 3) {
                listeners.publish(event + 1);
            }
        });
        listeners.add(second::add);
        listeners.publish(1);
        assertThat(second).containsExactly(1, 2, 3);
    }

    @Test
    void publish_listenerThrows_othersAreToldAndSoIsItNextTime() {
        List<Integer> thrower = new ArrayList<>();
        List<Integer> other = new ArrayList<>();
        listeners.add(event -> {
            thrower.add(event);
            if (event == 1) {
                throw new IllegalStateException("planned");
            }
            throw new AssertionError("planned");
        });
        listeners.add(other::add);
        listeners.publish(1);
        listeners.publish(2);
        assertThat(thrower).containsExactly(1, 2);
        assertThat(other).containsExactly(1, 2);
    }

    @Test
    void remove_oneOfTwoEqualListeners_theOtherStays() {
        List<Integer> seen = Collections.synchronizedList(new ArrayList<>());
        Consumer<Integer> listener = seen::add;
        Runnable removal = listeners.add(listener);
        listeners.add(listener);
        removal.run();
        removal.run();
        listeners.publish(1);
        assertThat(seen).containsExactly(1);
    }

    @Test
    void remove_fromWithin_endsCalls() {
        List<Integer> seen = new ArrayList<>();
        Runnable[] removal = new Runnable[1];
        removal[0] = listeners.add(event -> {
            seen.add(event);
            removal[0].run();
        });
        listeners.publish(1);
        listeners.publish(2);
        assertThat(seen).containsExactly(1);
    }
}
