/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.availability;

import static io.loadline.availability.ServiceState.BROKEN;
import static io.loadline.availability.ServiceState.DRAINING;
import static io.loadline.availability.ServiceState.READY;
import static io.loadline.availability.ServiceState.STARTING;
import static io.loadline.availability.ServiceState.STOPPED;
import static io.loadline.availability.ServiceState.WARMING;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.loadline.LogCapture;
import io.loadline.ManualClock;
import io.loadline.internal.Listeners;
import io.loadline.time.Registration;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class AvailabilityTest {
    /** The whole table; STARTING can not be asked for. */
    private static final Map<ServiceState, Set<ServiceState>> ALLOWED = new EnumMap<>(Map.of(
            STARTING, EnumSet.of(WARMING, READY, DRAINING, STOPPED, BROKEN),
            WARMING, EnumSet.of(READY, DRAINING, STOPPED, BROKEN),
            READY, EnumSet.of(DRAINING, STOPPED, BROKEN),
            DRAINING, EnumSet.of(STOPPED, BROKEN),
            STOPPED, EnumSet.noneOf(ServiceState.class),
            BROKEN, EnumSet.of(STOPPED)));

    private final ManualClock clock = new ManualClock();
    private final Availability availability = Availability.create(clock);
    private final List<String> told = new CopyOnWriteArrayList<>();

    @ParameterizedTest
    @EnumSource
    void change_toEachState_isAllowedOrRefusedByTheTable(ServiceState from) {
        for (ServiceState to : EnumSet.complementOf(EnumSet.of(STARTING))) {
            Availability service = in(from);
            StateChange before = service.lastChange();
            List<StateChange> changes = new ArrayList<>();
            service.listen(changes::add);

            boolean changed = ask(service, to, "asked");

            if (ALLOWED.get(from).contains(to)) {
                assertThat(changed).as("%s -> %s", from, to).isTrue();
                assertThat(service.state()).isEqualTo(to);
                assertThat(changes).containsExactly(new StateChange(from, to, clock.instant(), "asked"));
                assertThat(service.lastChange()).isEqualTo(changes.get(0));
            } else {
                assertThat(changed).as("%s -> %s", from, to).isFalse();
                assertThat(service.lastChange()).isSameAs(before);
                assertThat(changes).isEmpty();
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void probes_inEachState_saySo(ServiceState state) {
        Availability service = in(state);

        assertThat(service.readiness() == ReadinessState.ACCEPTING_TRAFFIC)
                .as("readiness")
                .isEqualTo(state == READY);
        assertThat(service.liveness() == LivenessState.CORRECT).as("liveness").isEqualTo(state != BROKEN);
        assertThat(service.isStarted()).as("started").isEqualTo(state != STARTING && state != BROKEN);
    }

    @Test
    void lastChange_beforeAny_isTheStart() {
        Instant start = clock.instant();
        clock.advance(Duration.ofSeconds(5));

        assertThat(availability.lastChange()).isEqualTo(new StateChange(STARTING, STARTING, start, "process started"));
    }

    @Test
    void change_carriesTimeAndReason() {
        clock.advance(Duration.ofSeconds(7));
        assertThat(availability.ready("server listens")).isTrue();

        assertThat(availability.lastChange())
                .isEqualTo(new StateChange(STARTING, READY, clock.instant(), "server listens"));
    }

    @Test
    void listen_inAListener_isToldOfTheNextChangeOnly() {
        availability.listen(change -> {
            if (change.to() == READY) {
                availability.listen(this::tell);
            }
        });

        assertThat(availability.ready("")).isTrue();
        assertThat(availability.draining("")).isTrue();

        assertThat(told).containsExactly("READY -> DRAINING");
    }

    @Test
    void listen_whenClosed_isNotTold() {
        availability.listen(this::tell).close();

        assertThat(availability.ready("")).isTrue();

        assertThat(told).isEmpty();
    }

    @Test
    void change_byAListener_isToldToAllAfterTheFirst() {
        availability.listen(change -> {
            if (change.to() == WARMING) {
                assertThat(availability.ready("warm at once")).isTrue();
                // Events wait until this one has been told to everybody.
                assertThat(told).isEmpty();
            }
        });
        availability.listen(this::tell);

        assertThat(availability.warming("")).isTrue();

        assertThat(told).containsExactly("STARTING -> WARMING", "WARMING -> READY");
    }

    /** The first change is made but not yet told when the second is made and would be told: the first still comes first. */
    @Test
    void change_overtakenByAnother_isToldFirst() throws Exception {
        CountDownLatch firstMade = new CountDownLatch(1);
        CountDownLatch secondTold = new CountDownLatch(1);
        availability.listen(this::tell);
        ExecutorService threads = Executors.newSingleThreadExecutor();
        try (LogCapture log = LogCapture.of(Availability.class, message -> {
            if (message.contains("-> READY")) {
                firstMade.countDown();
                await(secondTold);
            }
        })) {
            Future<Boolean> first = threads.submit(() -> availability.ready("first"));
            await(firstMade);
            assertThat(availability.draining("second")).isTrue();
            secondTold.countDown();

            assertThat(first.get(5, TimeUnit.SECONDS)).isTrue();
            assertThat(told).containsExactly("STARTING -> READY", "READY -> DRAINING");
            assertThat(log.messages()).containsExactly("STARTING -> READY: first", "READY -> DRAINING: second");
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void change_byManyThreads_isMadeByOneAndToldAsAChain() throws Exception {
        int threads = 4;
        ExecutorService executor = Executors.newFixedThreadPool(threads);
        try {
            for (int round = 0; round < 200; round++) {
                Availability service = Availability.create(clock);
                List<StateChange> changes = new CopyOnWriteArrayList<>();
                service.listen(changes::add);
                CyclicBarrier start = new CyclicBarrier(threads);
                List<Future<Integer>> wins = new ArrayList<>();
                for (int thread = 0; thread < threads; thread++) {
                    wins.add(executor.submit(() -> {
                        start.await(5, TimeUnit.SECONDS);
                        int won = 0;
                        for (ServiceState to : List.of(WARMING, READY, DRAINING, STOPPED)) {
                            won += ask(service, to, "race") ? 1 : 0;
                        }
                        return won;
                    }));
                }
                int won = 0;
                for (Future<Integer> win : wins) {
                    won += win.get(5, TimeUnit.SECONDS);
                }
                // Whoever tells last may be another thread than the last that won, but all have ended here.
                assertThat(changes).hasSize(won);
                ServiceState at = STARTING;
                for (StateChange change : changes) {
                    assertThat(change.from()).isEqualTo(at);
                    at = change.to();
                }
                assertThat(at).isEqualTo(STOPPED);
            }
        } finally {
            executor.shutdownNow();
        }
    }

    @Test
    void listener_thatThrows_isLoggedOnceAndSkipsNobody() {
        availability.listen(change -> {
            throw new IllegalStateException("mine");
        });
        availability.listen(change -> {
            throw new AssertionError("mine too");
        });
        availability.listen(this::tell);
        try (LogCapture log = LogCapture.of(Listeners.class)) {
            assertThat(availability.warming("")).isTrue();
            assertThat(availability.ready("")).isTrue();

            assertThat(told).containsExactly("STARTING -> WARMING", "WARMING -> READY");
            assertThat(log.warnings()).hasSize(2).allMatch(line -> line.contains("AvailabilityTest"));
        }
    }

    @Test
    void ready_refused_throwsUntilTheRefusalIsClosed() {
        Registration refusal = availability.refuseReady("call begin");
        assertThatIllegalStateException()
                .isThrownBy(() -> availability.ready(""))
                .withMessage("call begin");
        assertThat(availability.state()).isEqualTo(STARTING);

        refusal.close();
        assertThat(availability.ready("")).isTrue();
    }

    @Test
    void ready_refusedWhereItChangesNothing_doesNotThrow() {
        assertThat(availability.draining("told to go")).isTrue();
        Registration refusal = availability.refuseReady("call begin");
        assertThat(availability.ready("")).isFalse();
        refusal.close();
    }

    @Test
    void ready_held_isLoggedWithWhoHoldsIt() {
        try (LogCapture log = LogCapture.of(Availability.class)) {
            Registration db = availability.holdReadiness("dependency 'db'", "has not answered yet");
            assertThat(availability.readinessHolds()).containsExactly("dependency 'db' has not answered yet");
            assertThat(availability.ready("listens")).isTrue();
            db.close();
            db.close();

            assertThat(log.messages())
                    .containsExactly(
                            "Readiness is held: dependency 'db' has not answered yet",
                            "STARTING -> READY: listens; readiness is held: dependency 'db' has not answered yet",
                            "Readiness is no longer held: dependency 'db'");
        }
    }

    @Test
    void hold_closedAfterTheEnd_isNotLogged() {
        Registration hold = availability.holdReadiness("dependency 'db'", "is down");
        assertThat(availability.stopped("closed")).isTrue();
        try (LogCapture log = LogCapture.of(Availability.class)) {
            hold.close();
            assertThat(log.messages()).isEmpty();
        }
    }

    @Test
    void appender_thatThrows_standsBetweenNothing() {
        availability.listen(this::tell);
        try (LogCapture log = LogCapture.of(Availability.class, message -> {
            throw new IllegalStateException("mine");
        })) {
            assertThat(availability.ready("")).isTrue();
            availability.holdReadiness("held").close();
            assertThat(availability.readinessHolds()).isEmpty();
            assertThat(availability.draining("", ReadinessState.ACCEPTING_TRAFFIC))
                    .isTrue();
            availability.refuseTraffic("late");

            assertThat(availability.readiness()).isEqualTo(ReadinessState.REFUSING_TRAFFIC);
            assertThat(told).containsExactly("STARTING -> READY", "READY -> DRAINING");
            assertThat(log.messages()).hasSize(5);
        }
    }

    private void tell(StateChange change) {
        told.add(change.from() + " -> " + change.to());
    }

    private Availability in(ServiceState state) {
        Availability service = Availability.create(clock);
        assertThat(state == STARTING || ask(service, state, "arranged")).isTrue();
        return service;
    }

    private static boolean ask(Availability service, ServiceState to, String reason) {
        return switch (to) {
            case STARTING -> throw new IllegalArgumentException("nothing leads back to the start");
            case WARMING -> service.warming(reason);
            case READY -> service.ready(reason);
            case DRAINING -> service.draining(reason);
            case STOPPED -> service.stopped(reason);
            case BROKEN -> service.broken(reason);
        };
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(5, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
