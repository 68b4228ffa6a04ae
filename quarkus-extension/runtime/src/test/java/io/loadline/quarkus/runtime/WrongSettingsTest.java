/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.quarkus.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.loadline.Loadline;
import io.loadline.quarkus.runtime.config.LimitSettings;
import io.loadline.quarkus.runtime.config.LoadlineConfig;
import io.loadline.quarkus.runtime.config.ServiceSettings;
import io.loadline.quarkus.runtime.config.TestConfig;
import io.loadline.quarkus.runtime.http.ClientQuota;
import io.loadline.quarkus.runtime.queue.QueueReader;
import io.loadline.signal.Backlog;
import io.loadline.startup.StartupPlan;
import io.vertx.core.Vertx;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A wrong setting stops the start, and what is thrown names the key, the value and what is allowed. */
class WrongSettingsTest {
    private static Vertx vertx;

    @BeforeAll
    static void startVertx() {
        vertx = Vertx.vertx();
    }

    @AfterAll
    static void stopVertx() {
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "limit.enforcement=maybe | limit.enforcement | maybe | off",
                "limit.algorithm=best | limit.algorithm | best | adaptive",
                "limit.max=many | limit.max | many | integer",
                "limit.max=0 | limit.max | 0 | between 1 and",
                "limit.min=-3 | limit.min | -3 | between 1 and",
                "limit.initial=0 | limit.initial | 0 | at least 1",
                "limit.max-routes=0 | limit.max-routes | 0 | between 1 and 10000",
                "limit.max-streams=-1 | limit.max-streams | -1 | must not be negative",
                "limit.routes.checkout.share=1 | limit.routes.checkout.share | 1.0 | at least 0 and below 1",
                "limit.routes.\"GET /a/{id}\".cap=0 | limit.routes.\"GET /a/{id}\".cap | 0 | between 1 and",
                "limit.routes.a.share=0.5;limit.routes.b.share=0.5 | limit.routes.b.share | 0.5 | add up to less than 1",
                "limit.routes.a.cap=1;limit.routes.b.routes=a | limit.routes.b.routes | [a] | is in another group",
                "limit.algorithm=aimd;limit.min=2000 | limit.min | 2000 | max must not be below min",
                "limit.min=9;limit.max=8 | limit.min and quarkus.loadline.limit.max | 9 and 8 | max must not be below min",
                "limit.warm-up.duration=-1s | limit.warm-up.duration | -1s | -1s",
                "limit.algorithm=fixed | limit.initial | (not set) | must be set if quarkus.loadline.limit.algorithm is fixed",
                "limit.algorithm=fixed;limit.initial=5;limit.max=9 | limit.max | 9 | must not be set if quarkus.loadline.limit.algorithm is fixed",
                "limit.algorithm=aimd;limit.warm-up.calls=9 | limit.warm-up.calls | 9 | algorithm is aimd",
                "limit.criticality.max-from-header=high | limit.criticality.max-from-header | high | critical-plus",
                "limit.criticality.header=X Y | limit.criticality.header | X Y | must be a token of RFC 9110",
                "limit.attempt.header=X Try | limit.attempt.header | X Try | must be a token of RFC 9110",
                "limit.waiting.max-wait=0s | limit.waiting.max-wait | 0s | it must be positive",
                "limit.waiting.max-waiters=-1 | limit.waiting.max-waiters | -1 | must be between 0 and",
                "slo.latency=0 | slo.latency | 0s | slo must be above zero and at most a day: 0s",
                "slo.objective=0.99 | slo.objective | 0.99 | it has no effect unless quarkus.loadline.slo.latency is set",
                "slo.latency=250ms;slo.objective=1 | slo.objective | 1.0 | above 0 and below 1",
                "signal.workloads.batch=GET /*/report | signal.workloads.batch | GET /*/report | a star may be the last character",
                "signal.forecast.horizon=1m | signal.forecast.horizon | 1m | forecast.enabled is true",
                "signal.forecast.enabled=true;signal.forecast.horizon=1h | signal.forecast.horizon | 60m | between 5 seconds and 10 minutes",
                "signal.queues.orders.objective=1m | signal.queues.orders.topic | (not set) | it must be set, or quarkus.loadline.signal.queues.orders.queue",
                "signal.queues.orders.queue=q | signal.queues.orders.objective | (not set) | how long a backlog may take to clear",
                "signal.queues.orders.topic=o;signal.queues.orders.queue=q | signal.queues.orders.topic and quarkus.loadline.signal.queues.orders.queue | o and q | one of them must be set, not both",
                "signal.queues.orders.queue= ;signal.queues.orders.objective=1m | signal.queues.orders.queue | | it must not be blank",
                "signal.queues.orders.queue=q;signal.queues.orders.objective=0s | signal.queues.orders.objective | 0s | between 1 second and 7 days: 0s",
                "signal.queues.\"a.b\".queue=q;signal.queues.\"a.b\".objective=1m | signal.queues.\"a.b\" | a.b | up to 60 lower-case letters",
                "signal.queues.orders.topic=o;signal.queues.orders.objective=1m | signal.queues.orders.topic | o | it has no effect without quarkus-messaging-kafka",
                "guard.quota.limit=0 | guard.quota.limit | 0 | permits must be at least 1: 0",
                "guard.quota.limit=1;guard.quota.period=1ms | guard.quota.limit | 1 in 1ms | per must be at least",
                "guard.quota.limit=1;guard.quota.key=cookie | guard.quota.key | cookie | it is ip, principal, bean, or header:",
                "guard.quota.limit=1;guard.quota.key=header: | guard.quota.key | header: | name must not be blank",
                "guard.quota.limit=1;guard.quota.trusted-proxies=10.1.2.3/8 | guard.quota.trusted-proxies | [10.1.2.3/8] | 10.0.0.0/8 meant",
                "guard.quota.limit=1;guard.quota.key=principal;guard.quota.ipv6-prefix=56 | guard.quota.ipv6-prefix | 56 | it has no effect unless quarkus.loadline.guard.quota.key is ip",
                "guard.quota.limit=1;guard.quota.classes.gold.clients=a | guard.quota.classes.gold.limit | (not set) | it must be set",
                "guard.quota.routes.a.limit=1 | guard.quota.routes | [a] | it has no effect unless quarkus.loadline.guard.quota.limit is set",
                "guard.quota.key=ip | guard.quota.key | ip | it has no effect unless quarkus.loadline.guard.quota.limit is set",
                "guard.dependencies.db.concurrency=0 | guard.dependencies.db.concurrency | 0 | between 1 and",
                "guard.dependencies.db.open-first=3s;guard.dependencies.db.open-most=1s | guard.dependencies.db.open-first and quarkus.loadline.guard.dependencies.db.open-most | 3s and 1s | most below the first",
                "guard.degradation.features.tips.on-below=0.5 | guard.degradation.features.tips.on-below | 0.5 | off-above is set",
                "guard.intake.pause-above=0 | guard.intake.pause-above | 0.0 | must be finite and above 0",
                "guard.intake.resume-below=2 | guard.intake.resume-below | 2.0 | below pauseAbove",
                "guard.intake.pause-above=0.5;guard.intake.resume-below=0.6 | guard.intake.pause-above and quarkus.loadline.guard.intake.resume-below | 0.5 and 0.6 | below pauseAbove",
                "guard.intake.calm=1h | guard.intake.calm | 60m | between 0 and 10m",
                "guard.intake.max-wait=-1s | guard.intake.max-wait | -1s | between 0 and 1m",
                "drain.deadline=0s | drain.deadline | 0s | must be positive and at most 1 h",
                "drain.quiet=2h | drain.quiet | 120m | must be positive and at most 1 h",
                "drain.quiet=11s | drain.quiet and quarkus.loadline.drain.settle-max | 11s, (default), (default) | quiet must not be longer than settleMax",
                "startup.ready-after=soon | startup.ready-after | soon | critical",
                "startup.settle=-1s | startup.settle | -1s | must be between 0 and 5 min",
                "startup.gate.max-pressure=1.5 | startup.gate.max-pressure | 1.5 | above 0 and at most 1",
                "startup.warm-up.paths=orders | startup.warm-up.paths | orders | must begin with one slash",
                "memory.interval=0s | memory.interval | 0s | must be between 1 second and 1 minute",
                "memory.window=3m;memory.interval=30s | memory.window and quarkus.loadline.memory.interval | 3m, 30s | window must be at least 10 x interval",
                "memory.request=0MB | memory.request | 0MB | must be positive",
                "orca.format=json | orca.format | JSON | unless quarkus.loadline.orca.send is always",
                "orca.send=perhaps | orca.send | perhaps | if-asked",
            })
    void wrongSetting_isNamedWithItsValueAndWhatIsAllowed(String settings, String key, String value, String allowed) {
        assertThatThrownBy(() -> make(TestConfig.of(settings)).close())
                .hasMessageContaining("quarkus.loadline." + key)
                .hasMessageContaining(value == null ? "" : value)
                .hasMessageContaining(allowed == null ? "" : allowed);
    }

    @Test
    void noSettings_areRight() {
        try (Loadline loadline = make(TestConfig.of(""))) {
            assertThat(loadline.name()).isEqualTo("application");
            assertThat(loadline.limiter().enforcement()).hasToString("ENFORCE");
            assertThat(loadline.drain().times().deadline()).hasSeconds(25);
        }
    }

    @Test
    void disabled_doesNotLookAtOtherSettings() {
        try (Loadline loadline = make(TestConfig.of("enabled=false;limit.max=0"))) {
            assertThat(loadline.limiter().enforcement()).hasToString("OFF");
        }
    }

    private static Loadline make(LoadlineConfig config) {
        LimitSettings.contextHeaders(config.limit());
        StartupPlan.Builder plan = StartupPlan.builder();
        ServiceSettings.configure(plan, config.startup());
        StartupPlan unused = plan.build();
        ServiceSettings.warmUp(config.startup().warmUp());
        return new LoadlineMaker(
                        List.of(),
                        List.of(),
                        List.of(),
                        List.of(),
                        List.of(),
                        List.of(),
                        List.of(),
                        List.of(new Unread()),
                        List.of(),
                        List.of(),
                        new ClientQuota(config, List.of(), null),
                        new NoObservations(),
                        new ApplicationMeters(null),
                        vertx)
                .make(config);
    }

    /** Of queues alone. */
    private static final class Unread implements QueueReader {
        @Override
        public Kind kind() {
            return Kind.QUEUE;
        }

        @Override
        public Backlog.Source source(String destination) {
            return () -> {
                throw new IllegalStateException("nobody asks");
            };
        }
    }
}
