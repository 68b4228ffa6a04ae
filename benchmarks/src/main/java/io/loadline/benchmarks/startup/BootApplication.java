/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.startup;

import java.time.Duration;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.context.event.ApplicationStartedEvent;

/** A Boot application that has nothing but what its class path brings; tells how long its context took. */
@SpringBootConfiguration(proxyBeanMethods = false)
@EnableAutoConfiguration
public class BootApplication {
    static final String STARTED = "context started in ms: ";

    /** Runs until it is killed. */
    public static void main(String[] args) {
        SpringApplication application = new SpringApplication(BootApplication.class);
        application.addListeners(event -> {
            if (event instanceof ApplicationStartedEvent started) {
                Duration taken = started.getTimeTaken();
                if (taken != null) {
                    System.out.println(STARTED + taken.toNanos() / 1e6);
                }
            }
        });
        application.run(args);
    }
}
