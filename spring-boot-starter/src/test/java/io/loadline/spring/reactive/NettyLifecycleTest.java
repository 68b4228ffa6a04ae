/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring.reactive;

import io.loadline.spring.testing.LifecycleContract;
import org.springframework.boot.WebApplicationType;

class NettyLifecycleTest extends LifecycleContract {
    NettyLifecycleTest() {
        super(WebApplicationType.REACTIVE);
    }
}
