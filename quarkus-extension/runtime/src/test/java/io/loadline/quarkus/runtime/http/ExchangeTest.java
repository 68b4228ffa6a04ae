/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.quarkus.runtime.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.loadline.Loadline;
import io.loadline.limit.CallContext;
import io.loadline.limit.FixedLimit;
import io.loadline.limit.Permit;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** How long a request keeps its place whose client goes, and what becomes of one that cannot be served. */
class ExchangeTest {
    private final Loadline loadline = Loadline.builder("test")
            .limiter(limiter -> limiter.algorithm(() -> FixedLimit.of(2)))
            .build();
    private final FakeRequest request = new FakeRequest();
    private final StubWork work = new StubWork();

    @AfterEach
    void close() {
        loadline.close();
    }

    @Test
    void clientThatGoes_keepsItsPlaceWhileItsWorkerGoesOn() {
        exchange().admit(CallContext.NONE);

        request.clientGoes();
        assertThat(loadline.limiter().inFlight()).isOne();

        request.answers();
        assertThat(loadline.limiter().inFlight()).isZero();
        assertThat(loadline.limiter().stats().ignored()).isOne();
        assertThat(request.timers).isEmpty();
    }

    @Test
    void clientThatGoes_losesItsPlaceAtLastIfNothingTellsTheEndOfItsWork() {
        exchange().admit(CallContext.NONE);
        Exchange.follow(request.context, work);

        request.clientGoes();
        assertThat(loadline.limiter().inFlight()).isOne();

        request.timePasses();
        assertThat(loadline.limiter().inFlight()).isZero();
    }

    @Test
    void clientThatGoes_keepsItsPlaceForLongIfAThreadIsStillBusy() {
        exchange().admit(CallContext.NONE);
        Exchange.follow(request.context, work);
        work.running = true;
        request.clientGoes();

        request.timePasses();
        assertThat(loadline.limiter().inFlight()).isOne();

        for (int minute = 2; minute <= 60; minute++) {
            request.timePasses();
        }
        assertThat(loadline.limiter().inFlight()).isZero();
        assertThat(request.timers).isEmpty();
    }

    @Test
    void clientThatGoes_losesItsPlaceWhenItsWorkIsDone() {
        exchange().admit(CallContext.NONE);
        Exchange.follow(request.context, work);

        request.clientGoes();
        work.done.run();

        assertThat(loadline.limiter().inFlight()).isZero();
        assertThat(request.timers).isEmpty();
    }

    @Test
    void clientThatGoes_losesItsPlaceAtOnceIfItsWorkIsCancelled() {
        exchange().admit(CallContext.NONE);
        Exchange.follow(request.context, work);
        work.ends = true;

        request.clientGoes();

        assertThat(loadline.limiter().inFlight()).isZero();
    }

    @Test
    void connectionThatGoes_tellsAllThatIsUnderWay() {
        EmbeddedChannel channel = new EmbeddedChannel();
        OpenConnection connection = new OpenConnection(channel);
        channel.closeFuture().addListener(connection);
        FakeRequest other = new FakeRequest();
        exchange(request, connection).admit(CallContext.NONE);
        exchange(other, connection).admit(CallContext.NONE);
        Exchange.follow(request.context, work);
        Exchange.follow(other.context, work);
        work.ends = true;
        assertThat(loadline.limiter().inFlight()).isEqualTo(2);

        Object unused = channel.close();

        assertThat(loadline.limiter().inFlight()).isZero();
    }

    @Test
    void connectionThatHasGone_isToldAtOnce() {
        EmbeddedChannel channel = new EmbeddedChannel();
        OpenConnection connection = new OpenConnection(channel);
        channel.closeFuture().addListener(connection);
        Object unused = channel.close();

        exchange(request, connection).admit(CallContext.NONE);
        request.timePasses();

        assertThat(loadline.limiter().inFlight()).isZero();
    }

    @Test
    void answerThatNobodyIsToldOf_givesItsPlaceBackToTheNextOfItsConnection() {
        OpenConnection connection = new OpenConnection(new EmbeddedChannel());
        exchange(request, connection).admit(CallContext.NONE);
        request.forgetsListeners();
        request.answers();
        assertThat(loadline.limiter().inFlight()).isOne();

        FakeRequest next = new FakeRequest();
        exchange(next, connection).admit(CallContext.NONE);
        next.answers();

        assertThat(loadline.limiter().inFlight()).isZero();
    }

    @Test
    void answerThatNobodyIsToldOf_givesItsPlaceBackWhenItIsLookedFor() {
        EmbeddedChannel channel = new EmbeddedChannel();
        OpenConnection connection = new OpenConnection(channel);
        exchange(request, connection).admit(CallContext.NONE);
        request.forgetsListeners();

        connection.sweep();
        channel.runPendingTasks();
        assertThat(loadline.limiter().inFlight()).as("not answered yet").isOne();

        request.answers();
        Object unused = channel.write(Unpooled.copiedBuffer("the rest", StandardCharsets.US_ASCII));
        connection.sweep();
        channel.runPendingTasks();
        assertThat(loadline.limiter().inFlight()).as("not sent yet").isOne();

        channel.flush();
        connection.sweep();
        channel.runPendingTasks();
        assertThat(loadline.limiter().inFlight()).isZero();
        assertThat(loadline.limiter().stats().ignored()).isOne();
    }

    @Test
    void upgrade_isNotTakenForAnAnswer() {
        EmbeddedChannel channel = new EmbeddedChannel();
        OpenConnection connection = new OpenConnection(channel);
        exchange(request, connection).admit(CallContext.NONE);
        request.context.response().setStatusCode(101);
        request.forgetsListeners();
        request.answers();

        connection.sweep();
        channel.runPendingTasks();

        assertThat(loadline.limiter().inFlight()).isOne();
    }

    @Test
    void waiter_thatCannotBeServed_failsInsteadOfWaitingForEver() {
        IllegalStateException failure = new IllegalStateException("on purpose");
        request.next = () -> {
            throw failure;
        };
        Permit other = loadline.limiter().tryAcquire();
        Permit taken = loadline.limiter().tryAcquire();
        AwaitedPermit.await(exchange(), CallContext.NONE, Duration.ofSeconds(10), request.context);
        assertThat(request.failures).isEmpty();

        taken.close();

        assertThat(request.failures).containsExactly(failure);
        other.close();
        assertThat(loadline.limiter().inFlight()).isZero();
    }

    private Exchange exchange() {
        return exchange(request, null);
    }

    private Exchange exchange(FakeRequest of, @Nullable OpenConnection connection) {
        MatchedRoute route = new MatchedRoute(loadline.limiter().route("GET /a"), null, false);
        return new Exchange(loadline, of.context, route, false, new OpenAnswers(), connection);
    }

    private static final class StubWork implements Work {
        boolean ends;
        boolean running;
        Runnable done = () -> {};

        @Override
        public boolean endsWithItsClient() {
            return ends;
        }

        @Override
        public boolean isRunning() {
            return running;
        }

        @Override
        public void whenDone(Runnable listener) {
            done = listener;
        }
    }
}
