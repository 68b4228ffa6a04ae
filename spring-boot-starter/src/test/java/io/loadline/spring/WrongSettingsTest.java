/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.loadline.spring.testing.HeldApplication;
import io.loadline.startup.DeferredStartup;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Configuration;

/** A wrong setting stops the start, and what is printed names the key, the value and what is allowed. */
@ExtendWith(OutputCaptureExtension.class)
class WrongSettingsTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "loadline.enabled=perhaps | loadline.enabled | perhaps | true or false",
                "loadline.enabled=off | loadline.enabled | off | true or false",
                "loadline.limit.enforcement=maybe | loadline.limit.enforcement | maybe | one of off, shadow, enforce",
                "loadline.limit.algorithm=best | loadline.limit.algorithm | best | one of adaptive, fixed, aimd",
                "loadline.limit.max=many | loadline.limit.max | many | a whole number",
                "loadline.limit.max=0 | loadline.limit.max | 0 | between 1 and",
                "loadline.limit.min=-3 | loadline.limit.min | -3 | between 1 and",
                "loadline.limit.initial=0 | loadline.limit.initial | 0 | at least 1",
                "loadline.limit.max-routes=0 | loadline.limit.max-routes | 0 | between 1 and 10000",
                "loadline.limit.max-streams=-1 | loadline.limit.max-streams | -1 | must not be negative",
                "loadline.limit.routes.checkout.share=1 | loadline.limit.routes.checkout.share | 1.0 | at least 0 and below 1",
                "loadline.limit.routes.checkout.share=much | loadline.limit.routes.checkout.share | much | a number",
                "loadline.limit.routes[GET /a/{id}].cap=0 | loadline.limit.routes[GET /a/{id}].cap | 0 | between 1 and",
                "loadline.limit.routes[GET /a/{id}].cap-share=1.5 | loadline.limit.routes[GET /a/{id}].cap-share | 1.5 | at most 1",
                "loadline.limit.routes.a.share=0.5,loadline.limit.routes.b.share=0.5 | loadline.limit.routes.b.share | 0.5 | add up to less than 1",
                "loadline.limit.routes.a.cap=1,loadline.limit.routes.b.routes=a | loadline.limit.routes.b.routes | [a] | route 'a' is in another group",
                "loadline.limit.routes.a.shares=0.5 | loadline.limit.routes.a.shares | 0.5 | loadline.limit.routes.*.share",
                "loadline.limit.algorithm=aimd,loadline.limit.min=2000 | loadline.limit.min | 2000 | max must not be below min",
                "loadline.limit.min=9,loadline.limit.max=8 | loadline.limit.min and loadline.limit.max | 9 and 8 | max must not be below min",
                "loadline.limit.warm-up.duration=-1s | loadline.limit.warm-up.duration | -1s | must not be negative",
                "loadline.limit.warm-up.calls=-1 | loadline.limit.warm-up.calls | -1 | must not be negative",
                "loadline.limit.algorithm=fixed | loadline.limit.initial | (not set) | must be set if loadline.limit.algorithm is fixed",
                "loadline.limit.algorithm=fixed,loadline.limit.initial=5,loadline.limit.max=9 | loadline.limit.max | 9 | must not be set if loadline.limit.algorithm is fixed",
                "loadline.limit.algorithm=aimd,loadline.limit.warm-up.calls=9 | loadline.limit.warm-up.calls | 9 | must not be set if loadline.limit.algorithm is aimd",
                "loadline.limit.criticality.max-from-header=high | loadline.limit.criticality.max-from-header | high | one of critical-plus, critical, sheddable-plus, sheddable",
                "loadline.limit.criticality.header=X Y | loadline.limit.criticality.header | X Y | must be a token of RFC 9110",
                "loadline.limit.criticality.cohort-header= | loadline.limit.criticality.cohort-header | | must be a token of RFC 9110",
                "loadline.limit.criticality.from-header=perhaps | loadline.limit.criticality.from-header | perhaps | true or false",
                "loadline.limit.criticality.sheddable=reports | loadline.limit.criticality.sheddable | reports | must begin with a slash",
                "loadline.limit.criticality.critical-plus=GET /a/{b | loadline.limit.criticality.critical-plus | /a/{b | it must be a path pattern",
                "loadline.limit.deadline.from-header=perhaps | loadline.limit.deadline.from-header | perhaps | true or false",
                "loadline.limit.attempt.from-header=perhaps | loadline.limit.attempt.from-header | perhaps | true or false",
                "loadline.limit.attempt.header=X Y | loadline.limit.attempt.header | X Y | must be a token of RFC 9110",
                "loadline.limit.waiting.max-wait=0s | loadline.limit.waiting.max-wait | 0s | it must be positive",
                "loadline.limit.waiting.max-wait=-1s | loadline.limit.waiting.max-wait | -1s | it must be positive",
                "loadline.limit.waiting.max-waiters=-1 | loadline.limit.waiting.max-waiters | -1 | must be between 0 and",
                "loadline.limit.waiting.platform-threads=true | loadline.limit.waiting.platform-threads | true | it has no effect unless loadline.limit.waiting.max-wait is set",
                "loadline.slo.latency=0 | loadline.slo.latency | 0s | slo must be above zero and at most a day: 0s",
                "loadline.slo.latency=-1ms | loadline.slo.latency | -1ms | slo must be above zero and at most a day: -1ms",
                "loadline.slo.latency=999999999d | loadline.slo.latency | 999999999d | slo must be above zero and at most a day: ",
                "loadline.slo.latency=fast | loadline.slo.latency | fast | a duration such as",
                "loadline.slo.latency=250ms,loadline.slo.objective=1 | loadline.slo.objective | 1.0 | above 0 and below 1, such as 0.999: 1.0",
                "loadline.slo.latency=250ms,loadline.slo.objective=0 | loadline.slo.objective | 0.0 | above 0 and below 1",
                "loadline.slo.latency=250ms,loadline.slo.objective=99.9 | loadline.slo.objective | 99.9 | above 0 and below 1",
                "loadline.slo.latency=250ms,loadline.slo.objective=NaN | loadline.slo.objective | NaN | above 0 and below 1",
                "loadline.slo.objective=0.99 | loadline.slo.objective | 0.99 | it has no effect unless loadline.slo.latency is set",
                "loadline.slo.target=0.99 | loadline.slo.target | 0.99 | loadline.slo.",
                "loadline.signal.forecast.enabled=perhaps | loadline.signal.forecast.enabled | perhaps | true or false",
                "loadline.signal.forecast.horizon=1m | loadline.signal.forecast.horizon | 1m | it has no effect unless loadline.signal.forecast.enabled is true",
                "loadline.signal.forecast.enabled=true,loadline.signal.forecast.horizon=0 | loadline.signal.forecast.horizon | 0s | between 5 seconds and 10 minutes",
                "loadline.signal.forecast.enabled=true,loadline.signal.forecast.horizon=1h | loadline.signal.forecast.horizon | 1h | between 5 seconds and 10 minutes",
                "loadline.signal.workloads.batch=GET /*/report | loadline.signal.workloads.batch | GET /*/report | a star may be the last character",
                "loadline.signal.workloads.read=POST /r,loadline.signal.workloads.background=POST /r | loadline.signal.workloads.background | POST /r | told to be both read and background",
                "loadline.guard.quota.limit=0 | loadline.guard.quota.limit | 0 | permits must be at least 1: 0",
                "loadline.guard.quota.limit=-1 | loadline.guard.quota.limit | -1 | between 1 and",
                "loadline.guard.quota.limit=many | loadline.guard.quota.limit | many | a whole number",
                "loadline.guard.quota.limit=1,loadline.guard.quota.period=1ms | loadline.guard.quota.limit and its period | 1 and 1ms | per must be at least",
                "loadline.guard.quota.limit=1,loadline.guard.quota.key=cookie | loadline.guard.quota.key | cookie | it is ip, principal, bean, or header:",
                "loadline.guard.quota.limit=1,loadline.guard.quota.key=header: | loadline.guard.quota.key | header: | name must not be blank",
                "loadline.guard.quota.limit=1,loadline.guard.quota.key=bean | loadline.guard.quota.key | bean | there must be one bean of type io.loadline.guard.ClientKey",
                "loadline.guard.quota.limit=1,loadline.guard.quota.trusted-proxies=10.1.2.3/8 | loadline.guard.quota.trusted-proxies | [10.1.2.3/8] | 10.0.0.0/8 meant",
                "loadline.guard.quota.limit=1,loadline.guard.quota.key=principal,loadline.guard.quota.trusted-proxies=10.0.0.0/8 | loadline.guard.quota.trusted-proxies | [10.0.0.0/8] | it has no effect unless loadline.guard.quota.key is ip",
                "loadline.guard.quota.limit=1,loadline.guard.quota.key=header:X-Api-Key,loadline.guard.quota.forwarding-header=forwarded | loadline.guard.quota.forwarding-header | FORWARDED | it has no effect unless loadline.guard.quota.key is ip",
                "loadline.guard.quota.limit=1,loadline.guard.quota.key=principal,loadline.guard.quota.ipv6-prefix=56 | loadline.guard.quota.ipv6-prefix | 56 | it has no effect unless loadline.guard.quota.key is ip",
                "loadline.guard.quota.limit=1,loadline.guard.quota.ipv6-prefix=0 | loadline.guard.quota.ipv6-prefix | 0 | between 1 and 128",
                "loadline.guard.quota.limit=1,loadline.guard.quota.max-clients=0 | loadline.guard.quota.max-clients | 0 | between 1 and",
                "loadline.guard.quota.limit=1,loadline.guard.quota.missing-keys=perhaps | loadline.guard.quota.missing-keys | perhaps | one of share, admit, refuse",
                "loadline.guard.quota.limit=1,loadline.guard.quota.classes.gold.limit=0 | loadline.guard.quota.classes.gold.limit | 0 | at least 1",
                "loadline.guard.quota.limit=1,loadline.guard.quota.classes.gold.clients=a | loadline.guard.quota.classes.gold.limit | (not set) | it must be set",
                "loadline.guard.quota.limit=1,loadline.guard.quota.routes.a.limit=0 | loadline.guard.quota.routes.a.limit | 0 | at least 1",
                "loadline.guard.quota.limit=1,loadline.guard.quota.routes[GET /a].period=1s | loadline.guard.quota.routes[GET /a].limit | (not set) | it must be set",
                "loadline.guard.quota.routes.a.limit=1 | loadline.guard.quota.routes | [a] | it has no effect unless loadline.guard.quota.limit is set",
                "loadline.guard.quota.key=ip | loadline.guard.quota.key | ip | it has no effect unless loadline.guard.quota.limit is set",
                "loadline.drain.deadline=soon | loadline.drain.deadline | soon | a duration such as",
                "loadline.drain.deadline=0s | loadline.drain.deadline | 0s | must be positive and at most 1 h",
                "loadline.drain.quiet=2h | loadline.drain.quiet | 2h | must be positive and at most 1 h",
                "loadline.drain.settle-max=-1s | loadline.drain.settle-max | -1s | must be positive and at most 1 h",
                "loadline.drain.quiet=11s | loadline.drain.quiet, loadline.drain.settle-max and loadline.drain.deadline | 11s, (default), (default) | quiet must not be longer than settleMax",
                "loadline.startup.ready-after=soon | loadline.startup.ready-after | soon | one of critical, important, background",
                "loadline.startup.collection=maybe | loadline.startup.collection | maybe | one of before-ready, always, never",
                "loadline.startup.settle=-1s | loadline.startup.settle | -1s | must be between 0 and 5 min",
                "loadline.startup.gate.max-wait=2h | loadline.startup.gate.max-wait | 2h | must be between 0 and",
                "loadline.startup.gate.max-pressure=1.5 | loadline.startup.gate.max-pressure | 1.5 | above 0 and at most 1",
                "loadline.startup.gate.max-pressure=high | loadline.startup.gate.max-pressure | high | a number",
                "loadline.startup.gate.slot=-1s | loadline.startup.gate.slot | -1s | must be between 0 and",
                "loadline.startup.gate.jitter=1d | loadline.startup.gate.jitter | 1d | must be between 0 and",
                "loadline.startup.gate.instance= | loadline.startup.gate.instance | | must not be blank",
                "loadline.startup.warm-up.paths=orders | loadline.startup.warm-up.paths | orders | must begin with one slash",
                "loadline.startup.warm-up.paths=/a,loadline.startup.warm-up.time-limit=0s | loadline.startup.warm-up.time-limit | 0s | must be positive",
                "loadline.startup.warm-up.paths=/a,loadline.startup.warm-up.max-calls=0 | loadline.startup.warm-up.max-calls | 0 | at least 1",
                "loadline.startup.dependencies=nobody | loadline.startup.dependencies | nobody | each is the name of a health contributor",
                "loadline.startup.dependencies=readinessState | loadline.startup.dependencies | readinessState | each is the name of a health contributor",
                "loadline.startup.gate.wait=3s | loadline.startup.gate.wait | 3s | loadline.startup.gate.max-wait",
                "loadline.memory.interval=0s | loadline.memory.interval | 0s | must be between 1 second and 1 minute",
                "loadline.memory.window=1m | loadline.memory.window | 1m | must be between 3 minutes and 1 day: 1m",
                "loadline.memory.window=3m,loadline.memory.interval=30s | loadline.memory.window and loadline.memory.interval | 3m, 30s | window must be at least 10 x interval",
                "loadline.memory.request=0MB | loadline.memory.request | 0MB | must be positive",
                "loadline.memory.request=much | loadline.memory.request | much | a size such as 512Mi",
                "loadline.memory.fatal-errors=ignore | loadline.memory.fatal-errors | ignore | one of break, report, off",
                "loadline.drain.pre-stop-sleep=-1s | loadline.drain.pre-stop-sleep | -1s | must be positive and at most 1 h",
                "loadline.drain.farewell=2h | loadline.drain.farewell | 2h | must be positive and at most 1 h",
                "loadline.drain.readiness=later | loadline.drain.readiness | later | one of at-once, late, never",
                "loadline.drain.participants.kafka=perhaps | loadline.drain.participants.kafka | perhaps | true or false",
                "loadline.drain.participants.executors=perhaps | loadline.drain.participants.executors | perhaps | true or false",
                "loadline.drain.participants.jms=false | loadline.drain.participants.jms | false | loadline.drain.participants.rabbit",
                "loadline.guard.intake.enabled=off | loadline.guard.intake.enabled | off | true or false",
                "loadline.guard.intake.enabled=perhaps | loadline.guard.intake.enabled | perhaps | true or false",
                "loadline.guard.intake.pause-above=0 | loadline.guard.intake.pause-above | 0 | finite and above 0",
                "loadline.guard.intake.resume-below=2 | loadline.guard.intake.resume-below | 2 | below pauseAbove",
                "loadline.guard.intake.pause-above=1,loadline.guard.intake.resume-below=1 | loadline.guard.intake.pause-above and loadline.guard.intake.resume-below | 1.0 and 1.0 | below pauseAbove",
                "loadline.guard.intake.calm=-1s | loadline.guard.intake.calm | -1s | must be between 0 and",
                "loadline.guard.intake.max-wait=5m | loadline.guard.intake.max-wait | 5m | must be between 0 and 1m",
                "loadline.guard.degradation.features.ads.off-above=-1 | loadline.guard.degradation.features.ads.off-above | -1 | finite and above 0",
                "loadline.guard.degradation.features.ads.on-below=1 | loadline.guard.degradation.features.ads.on-below | 1 | it has no effect unless",
                "loadline.guard.degradation.calm=2h | loadline.guard.degradation.calm | 2h | must be between 0 and 1 h",
                "loadline.orca.send=sometimes | loadline.orca.send | sometimes | one of if-asked, always, never",
                "loadline.orca.format=xml | loadline.orca.format | xml | one of text, json, bin, bin-header",
                "loadline.orca.format=json | loadline.orca.format | JSON | must not be set unless loadline.orca.send is always",
                "loadline.orca.send=never,loadline.orca.format=bin | loadline.orca.format | BIN | must not be set unless loadline.orca.send is always",
                "loadline.orca.header=x | loadline.orca.header | x | loadline.orca.format",
                "loadline.signal.queues.orders.objective=1m | loadline.signal.queues.orders.topic | (not set) | it must be set, or loadline.signal.queues.orders.queue",
                "loadline.signal.queues.orders.topic=o | loadline.signal.queues.orders.objective | (not set) | how long a backlog may take to clear",
                "loadline.signal.queues.orders.topic=o,loadline.signal.queues.orders.queue=q | loadline.signal.queues.orders.topic and loadline.signal.queues.orders.queue | o and q | one of them must be set, not both",
                "loadline.signal.queues.orders.queue= ,loadline.signal.queues.orders.objective=1m | loadline.signal.queues.orders.queue | | it must not be blank",
                "loadline.signal.queues.orders.queue=q,loadline.signal.queues.orders.objective=0s | loadline.signal.queues.orders.objective | 0s | between 1 second and 7 days: 0s",
                "loadline.signal.queues.orders.queue=q,loadline.signal.queues.orders.objective=soon | loadline.signal.queues.orders.objective | soon | a duration such as",
                "loadline.signal.queues[a.b].queue=q,loadline.signal.queues[a.b].objective=1m | loadline.signal.queues[a.b] | a.b | up to 60 lower-case letters",
                "loadline.name= | loadline.name | | must not be blank",
                "loadline.limit.enforcment=off | loadline.limit.enforcment | off | loadline.limit.enforcement",
                "loadline.signal.smoothing=3 | loadline.signal.smoothing | 3 | no such setting"
            })
    void wrongSetting_stopsTheStart(String settings, String key, String value, String allowed, CapturedOutput output) {
        assertThatThrownBy(() -> run(Empty.class, WebApplicationType.NONE, settings.split(",")))
                .isNotNull();
        assertThat(output)
                .contains("APPLICATION FAILED TO START")
                .contains("The setting" + (key.contains(" and ") ? "s " : " ") + key + " cannot be used:")
                .contains("Value: " + (value == null ? "" : value))
                .contains(allowed)
                .containsPattern("Change " + Pattern.quote(key) + "(:| so that it is) ");
    }

    @ParameterizedTest
    @CsvSource({
        "loadline.limit.exclude, /a/{b, /static/**",
        "loadline.limit.exclude, items/**, /static/**: it must begin with a slash",
        "loadline.drain.long-lived, /a/{b, /changes/**",
        "loadline.drain.long-lived, changes/**, /changes/**: it must begin with a slash"
    })
    void wrongPattern_stopsTheStart(String key, String pattern, String allowed, CapturedOutput output) {
        assertThatThrownBy(() ->
                        run(HeldApplication.class, WebApplicationType.SERVLET, "server.port=0", key + "=" + pattern))
                .isNotNull();
        assertThat(output)
                .contains("The setting " + key + " cannot be used:")
                .contains("Value: " + pattern)
                .contains("it must be a path pattern such as " + allowed);
    }

    @Test
    void stagesOfOneName_stopTheStart(CapturedOutput output) {
        assertThatThrownBy(() -> run(Twice.class, WebApplicationType.NONE)).isNotNull();
        assertThat(output)
                .contains("Twice#one of bean 'twice'")
                .contains("Twice#two of bean 'twice'")
                .contains("cannot both be the startup stage 'seed'.")
                .contains("Give one of them another name.");
    }

    @Test
    void wrongStages_stopTheStart(CapturedOutput output) {
        assertThatThrownBy(() -> run(Circle.class, WebApplicationType.NONE)).isNotNull();
        assertThat(output)
                .contains("APPLICATION FAILED TO START")
                .contains(
                        "The startup stages cannot be run: stages depend on each other: circle.one -> two -> circle.one");
    }

    @Test
    void wrongStage_stopsTheStart(CapturedOutput output) {
        assertThatThrownBy(() -> run(Negative.class, WebApplicationType.NONE)).isNotNull();
        assertThat(output)
                .contains("APPLICATION FAILED TO START")
                .contains("Negative#load cannot be a startup stage: estimate = -5MB")
                .contains("Change estimate of its @DeferredStartup.");
    }

    private static void run(Class<?> application, WebApplicationType type, String... settings) {
        new SpringApplicationBuilder(application)
                .web(type)
                .registerShutdownHook(false)
                .run(Stream.concat(Stream.of("spring.main.banner-mode=off"), Stream.of(settings))
                        .map(setting -> "--" + setting)
                        .toArray(String[]::new))
                .close();
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Empty {}

    @Configuration(value = "circle", proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Circle {
        @DeferredStartup(after = "two")
        void one() {}

        @DeferredStartup(name = "two", after = "circle.one")
        void two() {}
    }

    @Configuration(value = "twice", proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Twice {
        @DeferredStartup(name = "seed")
        void one() {}

        @DeferredStartup(name = "seed")
        void two() {}
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Negative {
        @DeferredStartup(estimate = "-5MB")
        void load() {}
    }
}
