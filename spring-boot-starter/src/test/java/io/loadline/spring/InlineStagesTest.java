/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.loadline.Loadline;
import io.loadline.startup.Deferred;
import io.loadline.startup.DeferredStartup;
import io.loadline.startup.StageContext;
import io.loadline.startup.StageTier;
import io.loadline.startup.StartupStage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.LazyInitializationBeanFactoryPostProcessor;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** A service without Loadline has its data all the same. */
@ExtendWith(OutputCaptureExtension.class)
class InlineStagesTest {
    private final ApplicationContextRunner disabled = new ApplicationContextRunner()
            .withPropertyValues("loadline.enabled=false")
            .withConfiguration(
                    AutoConfigurations.of(LoadlineAutoConfiguration.class, LoadlineDisabledAutoConfiguration.class));

    @Test
    void disabled_runsAllStagesInOrderWhileTheContextStarts(CapturedOutput output) {
        disabled.withUserConfiguration(Shop.class).run(context -> {
            assertThat(context).hasNotFailed().doesNotHaveBean(Loadline.class);
            assertThat(context.getBean(Ran.class).names)
                    .containsExactly("schema", "prices of prices", "after the others", "suggestions");
        });
        assertThat(output)
                .containsOnlyOnce("Loadline is disabled: these startup stages run while the context starts:"
                        + " [schema, prices, after, suggestions]");
    }

    @Test
    void disabled_makesNoBeanWithAStageLazily() {
        disabled.withUserConfiguration(Shop.class)
                .withInitializer(context ->
                        context.addBeanFactoryPostProcessor(new LazyInitializationBeanFactoryPostProcessor()))
                .run(context -> assertThat(context.getBean(Ran.class).names).contains("prices of prices"));
    }

    @Test
    void disabled_leavesDeferredValuesToTheirFirstUse() {
        disabled.withUserConfiguration(Shop.class).run(context -> {
            Deferred<?> value = context.getBean(Deferred.class);
            assertThat(value.isMade()).isFalse();
            assertThat(value.get()).isEqualTo("made");
        });
    }

    @Test
    void criticalStage_thatFails_stopsTheStart() {
        disabled.withUserConfiguration(Shop.class)
                .withBean("broken", StartupStage.class, () -> failing(StageTier.CRITICAL))
                .run(context -> assertThat(context)
                        .getFailure()
                        .hasMessage("The CRITICAL stage 'broken' failed")
                        .hasRootCauseMessage("no database"));
    }

    @Test
    void otherStage_thatFails_isAWarning(CapturedOutput output) {
        disabled.withUserConfiguration(Shop.class)
                .withBean("broken", StartupStage.class, () -> failing(StageTier.IMPORTANT))
                .withBean(
                        "orphan",
                        StartupStage.class,
                        () -> StartupStage.builder("orphan", stage -> {
                                    throw new AssertionError("its need failed");
                                })
                                .tier(StageTier.IMPORTANT)
                                .dependsOn("broken")
                                .build())
                .run(context -> assertThat(context).hasNotFailed());
        assertThat(output)
                .contains("The IMPORTANT stage 'broken' failed; the service goes on without it")
                .contains("it needs 'broken', which failed")
                .doesNotContain("AssertionError");
    }

    @Test
    void stageThatFailsOnce_isTriedAgain() {
        disabled.withUserConfiguration(Flaky.class).run(context -> {
            assertThat(context).hasNotFailed();
            assertThat(context.getBean(Flaky.class).attempts).isEqualTo(2);
        });
    }

    @Test
    void stages_thatContradictEachOther_stopTheStart() {
        disabled.withBean(
                        "odd",
                        StartupStage.class,
                        () -> StartupStage.builder("odd", stage -> {})
                                .dependsOn("nobody")
                                .build())
                .run(context -> assertThat(context)
                        .getFailure()
                        .isInstanceOf(InvalidStageException.class)
                        .hasMessageContaining("stage 'nobody' does not exist"));
    }

    private static StartupStage failing(StageTier tier) {
        return StartupStage.builder("broken", stage -> {
                    throw new IOException("no database");
                })
                .tier(tier)
                .build();
    }

    static class Ran {
        final List<String> names = new ArrayList<>();
    }

    @Configuration(proxyBeanMethods = false)
    static class Shop {
        @Bean
        Ran ran() {
            return new Ran();
        }

        @Bean
        Prices prices(Ran ran) {
            return new Prices(ran);
        }

        @Bean
        StartupStage suggestions(Ran ran) {
            return StartupStage.builder("suggestions", stage -> ran.names.add("suggestions"))
                    .tier(StageTier.BACKGROUND)
                    .build();
        }

        @Bean
        StartupStage schema(Ran ran) {
            return StartupStage.builder("schema", stage -> ran.names.add("schema"))
                    .build();
        }

        /** After what Loadline itself would have as stages, too. */
        @Bean
        StartupStage after(Ran ran) {
            return StartupStage.builder("after", stage -> ran.names.add("after the others"))
                    .tier(StageTier.IMPORTANT)
                    .dependsOn("prices", "value", "warm-up")
                    .build();
        }

        @Bean
        Deferred<String> value() {
            return Deferred.builder("value", () -> "made")
                    .when(Deferred.When.READY)
                    .build();
        }
    }

    static class Prices {
        private final Ran ran;

        Prices(Ran ran) {
            this.ran = ran;
        }

        @DeferredStartup(name = "prices", after = "schema", tier = StageTier.IMPORTANT)
        void load(StageContext stage) {
            stage.checkpoint();
            stage.report(1);
            ran.names.add("prices of " + stage.stage());
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class Flaky {
        private int attempts;

        @DeferredStartup(retries = 1, backoff = "0s")
        void load() {
            if (++attempts == 1) {
                throw new IllegalStateException("not yet");
            }
        }
    }
}
