/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.quarkus.deployment;

import io.loadline.limit.CallContextSource;
import io.loadline.quarkus.runtime.http.CarriedContext;
import io.quarkus.deployment.annotations.BuildProducer;
import io.quarkus.deployment.annotations.BuildStep;
import io.quarkus.deployment.builditem.nativeimage.RuntimeInitializedClassBuildItem;
import io.quarkus.deployment.builditem.nativeimage.ServiceProviderBuildItem;
import java.util.List;

/** What a native image must know of Loadline. */
class NativeProcessor {
    /*
     * Classes are initialized while the image is built, on a machine with other processors than the one that runs it. What
     * keeps anything of its machine in a static field is initialized later; a test looks for more of them.
     */
    private static final List<String> OF_THE_MACHINE = List.of("io.loadline.limit.AdaptiveLimit$Builder");

    @BuildStep
    void runtimeInitialized(BuildProducer<RuntimeInitializedClassBuildItem> classes) {
        OF_THE_MACHINE.forEach(name -> classes.produce(new RuntimeInitializedClassBuildItem(name)));
    }

    /** Services are not looked for by themselves. */
    @BuildStep
    ServiceProviderBuildItem carriedContext() {
        return new ServiceProviderBuildItem(CallContextSource.class.getName(), CarriedContext.class.getName());
    }
}
