/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.signal;

import static org.assertj.core.api.Assertions.assertThat;

import io.loadline.LogCapture;
import io.loadline.time.ManualTicker;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.DoubleSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Sources that hang, throw or are slow cost nobody else anything. */
@Timeout(value = 30, unit = TimeUnit.SECONDS)
class SaturationReaderTest {
    private final ManualTicker ticker = new ManualTicker();
    private final Queue<Runnable> tasks = new ArrayDeque<>();

    private SaturationReader reader(Saturation... sources) {
        return new SaturationReader(
                () -> new OwnResources(Path.of("no-such-machine"), ticker), List.of(sources), tasks::add);
    }

    @Test
    void read_beforeAnybodyWasAsked_isUnknown() {
        Resources resources = reader(Saturation.of("pool", () -> 0.5)).read();

        assertThat(resources.utilizations()).doesNotContainKey("pool");
        assertThat(resources.details()).containsEntry("pool", "it could not be asked");
    }

    @Test
    void ask_asksAside() {
        AtomicInteger asked = new AtomicInteger();
        SaturationReader reader = reader(Saturation.of("pool", () -> asked.incrementAndGet() / 10.0));
        reader.ask();
        assertThat(asked).hasValue(0);
        tasks.remove().run();

        assertThat(reader.read().utilizations()).containsEntry("pool", 0.1);
        assertThat(reader.read().utilizations()).containsEntry("pool", 0.1);
    }

    @Test
    void read_ofAnAnswerThatIsThreeRoundsOld_isUnknown() {
        SaturationReader reader = reader(Saturation.of("pool", () -> 0.5));
        reader.ask();
        tasks.remove().run();
        reader.ask();
        reader.ask();
        assertThat(reader.read().utilizations()).containsEntry("pool", 0.5);
        reader.ask();

        assertThat(reader.read().utilizations()).doesNotContainKey("pool");
    }

    /** Rounds in which there was no thread are skipped by it, too: it does what is due now. */
    @Test
    void round_thatIsOvertaken_asksNobody() {
        AtomicInteger asked = new AtomicInteger();
        SaturationReader reader = reader(Saturation.of("pool", () -> asked.incrementAndGet()));
        reader.ask();
        reader.ask();
        tasks.remove().run();
        assertThat(asked).hasValue(0);
        tasks.remove().run();
        assertThat(asked).hasValue(1);
    }

    /** The second comes round while the slow one is asked, each time. */
    @Test
    void sources_behindSlowOnes_areAskedInTheNextRound() {
        List<SaturationReader> itself = new ArrayList<>();
        DoubleSupplier slow = () -> {
            itself.get(0).ask();
            return 0.2;
        };
        itself.add(reader(
                Saturation.of("quick", () -> 0.1), Saturation.of("slow", slow), Saturation.of("last", () -> 0.3)));
        itself.get(0).ask();
        tasks.remove().run();
        assertThat(itself.get(0).read().utilizations()).doesNotContainKey("last");

        tasks.remove().run();
        assertThat(itself.get(0).read().utilizations())
                .containsEntry("quick", 0.1)
                .containsEntry("slow", 0.2)
                .containsEntry("last", 0.3);
    }

    @Test
    void source_thatHangs_isSilentWithAReason_andTheOthersAreNot() throws InterruptedException {
        CountDownLatch hangs = new CountDownLatch(1);
        CountDownLatch free = new CountDownLatch(1);
        AtomicInteger asked = new AtomicInteger();
        Saturation first = Saturation.of("first", () -> 0.1);
        Saturation stuck = Saturation.of("stuck", () -> {
            if (asked.incrementAndGet() > 1) {
                return 0.4;
            }
            hangs.countDown();
            await(free);
            return 0.9;
        });
        Saturation last = Saturation.of("last", () -> 0.3);
        SaturationReader reader = reader(first, stuck, last);
        reader.ask();
        Thread thread = new Thread(tasks.remove());
        thread.start();
        hangs.await();

        for (int second = 0; second < 5; second++) {
            reader.ask();
            tasks.remove().run();
        }
        Resources resources = reader.read();
        assertThat(resources.utilizations()).containsEntry("first", 0.1).containsEntry("last", 0.3);
        assertThat(resources.utilizations()).doesNotContainKey("stuck");
        assertThat(resources.details()).containsEntry("stuck", "no answer for 6 s");
        assertThat(asked).hasValue(1);

        free.countDown();
        thread.join();
        assertThat(reader.read().utilizations())
                .as("an answer of long ago is none")
                .doesNotContainKey("stuck");
        reader.ask();
        tasks.remove().run();
        assertThat(reader.read().utilizations()).containsEntry("stuck", 0.4);
    }

    /** With the threads of its own, as in a service. */
    @Test
    void ask_whileASourceHangs_returnsAtOnce() throws InterruptedException {
        CountDownLatch hangs = new CountDownLatch(1);
        CountDownLatch never = new CountDownLatch(1);
        CountDownLatch answered = new CountDownLatch(1);
        CountDownLatch interrupted = new CountDownLatch(1);
        Saturation stuck = Saturation.of("stuck", () -> {
            hangs.countDown();
            try {
                never.await();
            } catch (InterruptedException e) {
                interrupted.countDown();
            }
            return 0.9;
        });
        Saturation healthy = Saturation.of("healthy", () -> {
            answered.countDown();
            return 0.3;
        });
        SaturationReader reader = new SaturationReader(
                () -> new OwnResources(Path.of("no-such-machine"), ticker), List.of(stuck, healthy), null);
        reader.ask();
        hangs.await();
        reader.ask();
        answered.await();
        reader.close();

        interrupted.await();
        reader.ask();
    }

    @Test
    void source_thatThrows_isToldOnce_andIsAskedAgain() {
        AtomicInteger asked = new AtomicInteger();
        try (LogCapture log = LogCapture.of(SaturationReader.class)) {
            SaturationReader reader = reader(Saturation.of("odd", () -> {
                if (asked.incrementAndGet() < 3) {
                    throw new AssertionError("mine");
                }
                return 0.2;
            }));
            for (int round = 0; round < 2; round++) {
                reader.ask();
                tasks.remove().run();
                assertThat(reader.read().details()).containsEntry("odd", "it fails with AssertionError");
            }
            reader.ask();
            tasks.remove().run();
            assertThat(reader.read().utilizations()).containsEntry("odd", 0.2);
            assertThat(log.warnings()).hasSize(1);
        }
    }

    @Test
    void source_withoutANumber_tellsWhy() {
        SaturationReader reader = reader(
                Saturation.of("nan", () -> Double.NaN),
                Saturation.of("endless", () -> Double.POSITIVE_INFINITY),
                Saturation.of("negative", () -> -1),
                Saturation.of("percent", () -> 75),
                told("told", () -> Double.NaN));
        reader.ask();
        tasks.remove().run();

        assertThat(reader.read().details())
                .containsEntry("nan", "it gives no number")
                .containsEntry("endless", "it gives no number")
                .containsEntry("negative", "it gives -1.0, and 1 is all there is")
                .containsEntry("percent", "it gives 75.0, and 1 is all there is")
                .containsEntry("told", "because");
    }

    @Test
    void ask_withoutAThread_leavesWhatIsKnown() {
        SaturationReader reader = new SaturationReader(
                () -> new OwnResources(Path.of("no-such-machine"), ticker),
                List.of(Saturation.of("pool", () -> 0.5)),
                task -> {
                    throw new RejectedExecutionException("full");
                });
        reader.ask();

        assertThat(reader.read().details()).containsEntry("pool", "it could not be asked");
    }

    @Test
    void read_ofTheProcess_isThere() {
        SaturationReader reader = reader();
        Resources first = reader.read();
        assertThat(first.details())
                .containsEntry("cpu.throttling", "no CPU cgroup is to be seen")
                .containsEntry("io", "the kernel tells no pressure")
                .containsEntry("gc", "nothing has been counted yet");
        ticker.advanceNanos(1_000_000_000L);

        assertThat(reader.read().utilizations()).containsKeys("cpu", "gc");
        assertThat(reader.figures().gcShare()).isBetween(0.0, 1.0);
        assertThat(reader.figures().ioPressure()).isNaN();
    }

    private static Saturation told(String name, DoubleSupplier utilization) {
        return new Saturation() {
            @Override
            public String name() {
                return name;
            }

            @Override
            public double utilization() {
                return utilization.getAsDouble();
            }

            @Override
            public String detail() {
                return "because";
            }
        };
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
