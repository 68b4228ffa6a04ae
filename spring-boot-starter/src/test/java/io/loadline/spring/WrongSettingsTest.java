/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.loadline.spring.testing.HeldApplication;
import java.util.stream.Stream;
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
                "loadline.limit.algorithm=aimd,loadline.limit.min=2000 | loadline.limit.min | 2000 | max must not be below min",
                "loadline.limit.min=9,loadline.limit.max=8 | loadline.limit.min and loadline.limit.max | 9 and 8 | max must not be below min",
                "loadline.limit.warm-up.duration=-1s | loadline.limit.warm-up.duration | PT-1S | must not be negative",
                "loadline.limit.warm-up.calls=-1 | loadline.limit.warm-up.calls | -1 | must not be negative",
                "loadline.limit.algorithm=fixed | loadline.limit.initial | (not set) | must be set if loadline.limit.algorithm is fixed",
                "loadline.limit.algorithm=fixed,loadline.limit.initial=5,loadline.limit.max=9 | loadline.limit.max | 9 | must not be set if loadline.limit.algorithm is fixed",
                "loadline.limit.algorithm=aimd,loadline.limit.warm-up.calls=9 | loadline.limit.warm-up.calls | 9 | must not be set if loadline.limit.algorithm is aimd",
                "loadline.drain.deadline=soon | loadline.drain.deadline | soon | a duration such as",
                "loadline.drain.deadline=0s | loadline.drain.deadline | PT0S | must be positive and at most 1 h",
                "loadline.drain.quiet=2h | loadline.drain.quiet | PT2H | must be positive and at most 1 h",
                "loadline.drain.settle-max=-1s | loadline.drain.settle-max | PT-1S | must be positive and at most 1 h",
                "loadline.drain.quiet=11s | loadline.drain.quiet, loadline.drain.settle-max and loadline.drain.deadline | PT11S, (default), (default) | quiet must not be longer than settleMax",
                "loadline.drain.pre-stop-sleep=-1s | loadline.drain.pre-stop-sleep | PT-1S | must be positive and at most 1 h",
                "loadline.drain.farewell=2h | loadline.drain.farewell | PT2H | must be positive and at most 1 h",
                "loadline.drain.readiness=later | loadline.drain.readiness | later | one of at_once, late, never",
                "loadline.drain.participants.kafka=perhaps | loadline.drain.participants.kafka | perhaps | true or false",
                "loadline.drain.participants.executors=perhaps | loadline.drain.participants.executors | perhaps | true or false",
                "loadline.drain.participants.jms=false | loadline.drain.participants.jms | false | loadline.drain.participants.rabbit",
                "loadline.name= | loadline.name | | must not be blank",
                "loadline.limit.enforcment=off | loadline.limit.enforcment | off | loadline.limit.enforcement",
                "loadline.signal.smoothing=3 | loadline.signal.smoothing | 3 | no such setting"
            })
    void wrongSetting_stopsTheStart(String settings, String key, String value, String allowed, CapturedOutput output) {
        assertThatThrownBy(() -> run(Empty.class, WebApplicationType.NONE, settings.split(",")))
                .isNotNull();
        assertThat(output)
                .contains("APPLICATION FAILED TO START")
                .contains("The setting " + key + " cannot be used:")
                .contains("Value: " + (value == null ? "" : value))
                .contains(allowed);
    }

    @ParameterizedTest
    @CsvSource({"loadline.limit.exclude, /static/**", "loadline.drain.long-lived, /changes/**"})
    void wrongPattern_stopsTheStart(String key, String allowed, CapturedOutput output) {
        assertThatThrownBy(
                        () -> run(HeldApplication.class, WebApplicationType.SERVLET, "server.port=0", key + "=/a/{b"))
                .isNotNull();
        assertThat(output)
                .contains("The setting " + key + " cannot be used:")
                .contains("Value: /a/{b")
                .contains("it must be a path pattern such as " + allowed);
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
}
