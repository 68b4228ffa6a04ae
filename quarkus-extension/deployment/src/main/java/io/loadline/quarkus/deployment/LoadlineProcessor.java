/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.quarkus.deployment;

import io.loadline.Loadline;
import io.loadline.quarkus.runtime.ApplicationMeters;
import io.loadline.quarkus.runtime.ApplicationStages;
import io.loadline.quarkus.runtime.DrainOnShutdown;
import io.loadline.quarkus.runtime.LoadlineDestroyer;
import io.loadline.quarkus.runtime.LoadlineMaker;
import io.loadline.quarkus.runtime.LoadlineParts;
import io.loadline.quarkus.runtime.LoadlineRecorder;
import io.loadline.quarkus.runtime.ServiceDrain;
import io.loadline.quarkus.runtime.ServiceLifecycle;
import io.loadline.quarkus.runtime.config.LoadlineBuildTimeConfig;
import io.loadline.quarkus.runtime.http.ClientQuota;
import io.loadline.quarkus.runtime.http.HttpAdmission;
import io.quarkus.arc.deployment.AdditionalBeanBuildItem;
import io.quarkus.arc.deployment.SyntheticBeanBuildItem;
import io.quarkus.deployment.Capabilities;
import io.quarkus.deployment.Capability;
import io.quarkus.deployment.annotations.BuildProducer;
import io.quarkus.deployment.annotations.BuildStep;
import io.quarkus.deployment.annotations.ExecutionTime;
import io.quarkus.deployment.annotations.Record;
import io.quarkus.deployment.builditem.FeatureBuildItem;
import io.quarkus.deployment.builditem.ServiceStartBuildItem;
import io.quarkus.deployment.builditem.ShutdownListenerBuildItem;
import io.quarkus.smallrye.health.deployment.spi.HealthBuildItem;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.stream.Stream;
import org.jboss.jandex.ClassType;

/** Makes beans of Loadline and its parts, and has it run with the application. */
class LoadlineProcessor {
    private static final String FEATURE = "loadline";
    private static final String HEALTH = "io.loadline.quarkus.runtime.health.";

    @BuildStep
    FeatureBuildItem feature() {
        return new FeatureBuildItem(FEATURE);
    }

    /** Nobody injects them: the application's own may be looked up by code, too. */
    @BuildStep
    AdditionalBeanBuildItem beans() {
        return AdditionalBeanBuildItem.builder()
                .setUnremovable()
                .addBeanClasses(
                        ApplicationMeters.class,
                        ApplicationStages.class,
                        ClientQuota.class,
                        HttpAdmission.class,
                        LoadlineMaker.class,
                        LoadlineParts.class,
                        ServiceDrain.class,
                        ServiceLifecycle.class)
                .build();
    }

    /** The application starts after it. */
    @BuildStep
    @Record(ExecutionTime.RUNTIME_INIT)
    ServiceStartBuildItem checkSettings(LoadlineRecorder recorder) {
        recorder.checkSettings(new ArrayList<>(QueueProcessor.kinds()));
        return new ServiceStartBuildItem("loadline-settings");
    }

    /** Backs off to one that the application makes itself. */
    @BuildStep
    @Record(ExecutionTime.RUNTIME_INIT)
    SyntheticBeanBuildItem loadline(LoadlineRecorder recorder) {
        return SyntheticBeanBuildItem.configure(Loadline.class)
                .scope(Singleton.class)
                .defaultBean()
                .unremovable()
                .setRuntimeInit()
                .addInjectionPoint(ClassType.create(LoadlineMaker.class))
                .createWith(recorder.loadline())
                .destroyer(LoadlineDestroyer.class)
                .done();
    }

    @BuildStep
    ShutdownListenerBuildItem drain() {
        return new ShutdownListenerBuildItem(new DrainOnShutdown());
    }

    @BuildStep
    void health(Capabilities capabilities, LoadlineBuildTimeConfig config, BuildProducer<HealthBuildItem> checks) {
        if (capabilities.isPresent(Capability.SMALLRYE_HEALTH)) {
            Stream.of("LivenessCheck", "ReadinessCheck", "StartupCheck")
                    .map(name ->
                            new HealthBuildItem(HEALTH + name, config.health().enabled()))
                    .forEach(checks::produce);
        }
    }
}
