/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring;

import io.loadline.startup.Deferred;
import io.loadline.startup.FailurePolicy;
import io.loadline.startup.FailurePolicy.Last;
import io.loadline.startup.StageContext;
import io.loadline.startup.StartupPlan;
import io.loadline.startup.StartupStage;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
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
        List<StartupStage> ordered = plan().stages();
        List<String> names = ordered.stream()
                .filter(stage -> stage.action() != NOTHING)
                .map(StartupStage::name)
                .toList();
        if (!names.isEmpty()) {
            LOG.info("Loadline is disabled: these startup stages run while the context starts: {}", names);
        }
        run(ordered);
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

    private static void run(List<StartupStage> ordered) {
        Set<String> done = new HashSet<>();
        for (StartupStage stage : ordered) {
            Optional<String> missing = stage.dependsOn().stream()
                    .filter(name -> !done.contains(name))
                    .findFirst();
            Throwable failure = missing.isPresent()
                    ? new IllegalStateException("it needs '" + missing.get() + "', which failed")
                    : attempt(stage);
            if (failure == null) {
                done.add(stage.name());
            } else if (stage.onFailure().last() == Last.FAIL) {
                throw new IllegalStateException("The " + stage + " failed", failure);
            } else {
                LOG.warn("The {} failed; the service goes on without it", stage, failure);
            }
        }
    }

    /** Why its last attempt failed; null if one did not. */
    private static @Nullable Throwable attempt(StartupStage stage) {
        FailurePolicy policy = stage.onFailure();
        for (int retry = 0; ; retry++) {
            try {
                if (retry > 0) {
                    TimeUnit.NANOSECONDS.sleep(policy.backoffNanos(retry));
                }
                stage.action().run(new InlineContext(stage.name()));
                return null;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return e;
            } catch (Throwable e) {
                // Errors too: what the service can do without must not keep it from starting.
                if (retry >= policy.retries()) {
                    return e;
                }
                LOG.warn("The {} failed at attempt {}", stage, retry + 1, e);
            }
        }
    }

    /** What a stage is told where nobody controls it. Immutable. */
    record InlineContext(String stage) implements StageContext {
        @Override
        public void checkpoint() {}

        @Override
        public boolean isCancelled() {
            return false;
        }

        @Override
        public void report(long bytes) {}
    }
}
