/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.drain;

import io.loadline.benchmarks.harness.Sample;

/** What is restarted. */
enum Target {
    TOMCAT(Sample.SPRING_BOOT, "tomcat"),
    NETTY(Sample.SPRING_BOOT, "netty"),
    PLAIN(Sample.PLAIN_JAVA, "");

    final Sample sample;
    /** The value of the environment variable {@code SERVER}. */
    final String server;

    Target(Sample sample, String server) {
        this.sample = sample;
        this.server = server;
    }
}
