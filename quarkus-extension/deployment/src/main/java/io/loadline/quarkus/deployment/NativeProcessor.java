/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.quarkus.deployment;

import io.loadline.limit.CallContextSource;
import io.loadline.quarkus.runtime.http.CarriedContext;
import io.quarkus.deployment.annotations.BuildStep;
import io.quarkus.deployment.builditem.nativeimage.ServiceProviderBuildItem;

/** What a native image must know of Loadline. */
class NativeProcessor {
    /*
     * Classes are initialized while the image is built, on a machine with other processors than the one that runs it. None of
     * ours keeps anything of its machine in a static field, which a test sees to.
     */

    /** Services are not looked for by themselves. */
    @BuildStep
    ServiceProviderBuildItem carriedContext() {
        return new ServiceProviderBuildItem(CallContextSource.class.getName(), CarriedContext.class.getName());
    }
}
