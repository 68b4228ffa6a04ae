/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.quarkus.deployment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.loadline.guard.DependencyGuard;
import io.loadline.guard.DependencyGuards;
import io.loadline.guard.DependencyStats;
import io.loadline.guard.GuardRefusedException;
import io.loadline.guard.GuardTimeoutException;
import io.loadline.quarkus.Guarded;
import io.loadline.testing.Gate;
import io.loadline.testing.Threads;
import io.quarkus.test.QuarkusUnitTest;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.Cancellable;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Calls of methods with the annotation are calls of their guard. */
class GuardedTest {
    @RegisterExtension
    static final QuarkusUnitTest SERVICE = new QuarkusUnitTest()
            .withApplicationRoot(jar -> jar.addClasses(Stock.class))
            .overrideConfigKey("quarkus.http.test-port", "0")
            .overrideConfigKey("quarkus.loadline.guard.dependencies.stock.concurrency", "1")
            .overrideConfigKey("quarkus.loadline.guard.dependencies.stock.time-limit", "30s")
            .overrideConfigKey("quarkus.loadline.guard.dependencies.prices.time-limit", "50ms");

    @Inject
    DependencyGuards guards;

    @Inject
    Stock stock;

    private DependencyGuard guard;
    private DependencyStats before;
    private String gateName;
    private Gate gate;

    @BeforeEach
    void newGate() {
        guard = guards.guard("stock");
        before = guard.stats();
        gateName = Gate.newName();
        gate = Gate.of(gateName);
    }

    @AfterEach
    void nothingIsLeft() {
        gate.open();
        await().until(() -> guards.stats().stream().allMatch(each -> each.inFlight() == 0));
    }

    @Test
    void guards_areThereBeforeTheFirstCall() {
        assertThat(guards.guards()).extracting(DependencyGuard::name).contains("stock", "prices", "unset");
    }

    @Test
    void call_thatHangs_keepsOthersFromBeingMade() {
        CompletableFuture<String> hanging = Threads.call(() -> stock.block(gateName));
        gate.awaitArrival();
        assertThatThrownBy(() -> stock.block("unused")).isInstanceOf(GuardRefusedException.class);
        assertThat(stock.later("unused").toCompletableFuture()).isCompletedExceptionally();
        assertThatThrownBy(() -> stock.uni("unused").await().indefinitely()).isInstanceOf(GuardRefusedException.class);
        gate.open();
        assertThat(hanging.join()).isEqualTo("opened");
        assertThat(guard.stats().succeeded()).isEqualTo(before.succeeded() + 1);
    }

    @Test
    void stage_isACallUntilItCompletes() {
        CompletableFuture<String> call = stock.later(gateName).toCompletableFuture();
        assertThat(guard.stats().inFlight()).isOne();
        gate.open();
        assertThat(call.join()).isEqualTo("opened");
        assertThat(guard.stats().inFlight()).isZero();
    }

    @Test
    void uni_isACallWithEachSubscription() {
        Uni<String> uni = stock.uni(gateName);
        assertThat(guard.stats().inFlight()).isZero();
        Cancellable gone = uni.subscribe().with(item -> {});
        assertThat(guard.stats().inFlight()).isOne();
        gone.cancel();
        assertThat(guard.stats().inFlight()).isZero();
        assertThat(guard.stats().cancelled()).isEqualTo(before.cancelled() + 1);
        CompletableFuture<String> call = uni.subscribeAsCompletionStage();
        gate.open();
        assertThat(call.join()).isEqualTo("opened");
        assertThat(guard.stats().succeeded()).isEqualTo(before.succeeded() + 1);
    }

    @Test
    void failures_count() {
        assertThatThrownBy(() -> stock.fail()).isInstanceOf(IllegalStateException.class);
        assertThat(guard.stats().failed()).isEqualTo(before.failed() + 1);
    }

    @Test
    void callsWithoutAThread_endWhenTheirTimeIsUp() {
        assertThatThrownBy(() -> stock.priceUni(gateName).await().indefinitely())
                .isInstanceOf(GuardTimeoutException.class);
        assertThat(guards.guard("prices").stats().timedOut()).isOne();
        assertThatThrownBy(
                        () -> stock.priceLater(gateName).toCompletableFuture().join())
                .hasCauseInstanceOf(GuardTimeoutException.class);
        assertThat(guards.guard("prices").stats().timedOut()).isEqualTo(2);
    }

    @ApplicationScoped
    @Guarded("stock")
    static class Stock {
        String block(String gate) {
            Gate.of(gate).pass();
            return "opened";
        }

        String fail() {
            throw new IllegalStateException("on purpose");
        }

        CompletionStage<String> later(String gate) {
            return Gate.of(gate).opened();
        }

        Uni<String> uni(String gate) {
            return Uni.createFrom().completionStage(Gate.of(gate).opened().copy());
        }

        @Guarded("prices")
        Uni<String> priceUni(String gate) {
            return Uni.createFrom().completionStage(Gate.of(gate).opened().copy());
        }

        @Guarded("prices")
        CompletionStage<String> priceLater(String gate) {
            return Gate.of(gate).opened();
        }

        @Guarded("unset")
        void neverCalled() {}
    }
}
