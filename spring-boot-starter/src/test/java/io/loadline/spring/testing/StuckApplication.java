/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring.testing;

import io.loadline.startup.DeferredStartup;
import java.util.concurrent.CountDownLatch;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.core.env.Environment;

/** An application whose critical stage never ends: it ends when it is interrupted, or not even then. */
@Configuration(proxyBeanMethods = false)
@Import(HeldApplication.class)
public class StuckApplication {
    private final boolean deaf;

    StuckApplication(Environment environment) {
        this.deaf = environment.getRequiredProperty("test.stage").equals("deaf");
    }

    @DeferredStartup(gated = false)
    void load() throws InterruptedException {
        CountDownLatch never = new CountDownLatch(1);
        for (; ; ) {
            try {
                never.await();
            } catch (InterruptedException e) {
                if (!deaf) {
                    throw e;
                }
            }
        }
    }
}
