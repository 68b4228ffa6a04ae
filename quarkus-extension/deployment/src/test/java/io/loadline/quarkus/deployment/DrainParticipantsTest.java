/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.quarkus.deployment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.loadline.Loadline;
import io.loadline.drain.DrainCoordinator.Settling;
import io.loadline.drain.DrainOutcome;
import io.loadline.drain.DrainParticipant;
import io.loadline.drain.DrainResult;
import io.loadline.drain.ParticipantResult;
import io.loadline.testing.Gate;
import io.quarkus.scheduler.Scheduled;
import io.quarkus.scheduler.Scheduler;
import io.quarkus.test.QuarkusUnitTest;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.eclipse.microprofile.context.ManagedExecutor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Jobs and tasks end before the service does, and no job begins meanwhile. */
class DrainParticipantsTest {
    @RegisterExtension
    static final QuarkusUnitTest SERVICE = new QuarkusUnitTest()
            .withApplicationRoot(jar -> jar.addClasses(Jobs.class, Own.class))
            .overrideConfigKey("quarkus.http.test-port", "0")
            .overrideConfigKey("quarkus.loadline.drain.deadline", "60s");

    @Inject
    Loadline loadline;

    @Inject
    Scheduler scheduler;

    @Inject
    ManagedExecutor executor;

    @Inject
    Own own;

    @Test
    void drain_waitsForJobsAndTasks() {
        Gate.of("blocking job").awaitArrival();
        Gate.of("job without a thread").awaitArrival();
        CompletableFuture<Void> task = executor.runAsync(() -> Gate.of("task").pass());
        Gate.of("task").awaitArrival();

        CompletableFuture<DrainResult> drained =
                loadline.drain().drainAsync("test", Settling.SKIP).toCompletableFuture();
        await().until(() -> !scheduler.isRunning());
        // Jobs have their turn. Executors come after them, and last what waits for responses.
        await().until(() -> loadline.drain().progress().participants() == 3);
        assertThat(own.drained).isTrue();
        Gate.of("blocking job").open();
        assertThat(drained).isNotDone();
        Gate.of("job without a thread").open();
        await().until(() -> loadline.drain().progress().participants() == 2);
        assertThat(drained).isNotDone();
        Gate.of("task").open();

        DrainResult result = drained.join();
        assertThat(task).isCompleted();
        assertThat(result.outcome()).isEqualTo(DrainOutcome.IDLE);
        assertThat(result.participants())
                .extracting(each -> each.name() + " " + each.state())
                .contains(
                        "own " + ParticipantResult.State.FINISHED,
                        "scheduled jobs " + ParticipantResult.State.FINISHED,
                        "executor " + ParticipantResult.State.FINISHED);
    }

    static class Jobs {
        @Scheduled(every = "1h", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
        void block() {
            Gate.of("blocking job").pass();
        }

        @Scheduled(every = "1h")
        Uni<Void> later() {
            return Uni.createFrom()
                    .completionStage(Gate.of("job without a thread").opened().copy())
                    .replaceWithVoid();
        }
    }

    @Singleton
    static class Own implements DrainParticipant {
        volatile boolean drained;

        @Override
        public String name() {
            return "own";
        }

        @Override
        public void drain(Duration timeLeft) {
            drained = true;
        }
    }
}
