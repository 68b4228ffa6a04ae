/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring;

import io.loadline.startup.Deferred;
import io.loadline.startup.InlineStart;
import io.loadline.startup.StartupPlan;
import io.loadline.startup.StartupStage;
import java.util.List;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.SmartInitializingSingleton;

/** Runs the application's startup stages one after the other while the context starts, and waits for no memory. Stateless. */
final class InlineStages implements SmartInitializingSingleton {
    /*
     * What Loadline adds of its own does nothing here but keep its name: others may come after it.
     */
    private static final Logger LOG = LoggerFactory.getLogger(InlineStages.class);
    private static final StartupStage.Action NOTHING = context -> {};

    private final DeferredStartupMethods methods;
    private final ObjectProvider<StartupStage> stages;
    private final ObjectProvider<Deferred<?>> values;
    private final ObjectProvider<StartupBuilderCustomizer> customizers;

    InlineStages(
            DeferredStartupMethods methods,
            ObjectProvider<StartupStage> stages,
            ObjectProvider<Deferred<?>> values,
            ObjectProvider<StartupBuilderCustomizer> customizers) {
        this.methods = methods;
        this.stages = stages;
        this.values = values;
        this.customizers = customizers;
    }

    @Override
    public void afterSingletonsInstantiated() {
        StartupPlan plan = plan();
        List<String> names = plan.stages().stream()
                .filter(stage -> stage.action() != NOTHING)
                .map(StartupStage::name)
                .toList();
        if (!names.isEmpty()) {
            LOG.info("Loadline is disabled: these startup stages run while the context starts: {}", names);
        }
        InlineStart.run(plan);
    }

    private StartupPlan plan() {
        List<StartupStage> all =
                Stream.concat(stages.orderedStream(), methods.take().stream()).toList();
        StartupPlan.Builder builder = StartupPlan.builder();
        try {
            all.forEach(builder::stage);
            values.orderedStream()
                    .filter(value -> value.when() != Deferred.When.FIRST_USE)
                    .forEach(value -> builder.stage(value.name(), NOTHING));
            boolean comesAfterWarmUp =
                    all.stream().anyMatch(stage -> stage.dependsOn().contains(ApplicationStages.WARM_UP));
            if (comesAfterWarmUp && all.stream().noneMatch(stage -> stage.name().equals(ApplicationStages.WARM_UP))) {
                builder.stage(ApplicationStages.WARM_UP, NOTHING);
            }
            customizers.orderedStream().forEach(customizer -> customizer.customize(builder));
            return builder.build();
        } catch (IllegalArgumentException e) {
            throw InvalidStageException.ofAll(e);
        }
    }
}
