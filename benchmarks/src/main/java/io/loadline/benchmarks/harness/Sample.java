/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.harness;

import java.nio.file.Path;

/** The samples that are measured; all have the same surface. */
public enum Sample {
    SPRING_BOOT("spring-boot"),
    PLAIN_JAVA("plain-java");

    private final String folder;

    Sample(String folder) {
        this.folder = folder;
    }

    /** Its runnable jar. */
    public Path jar() {
        return Workspace.root().resolve("samples/" + folder + "/target/loadline-sample-" + folder + ".jar");
    }

    /** Describes a process of it, with Loadline or without, for load that comes in bursts. */
    public ServiceProcess.Builder service(boolean loadline, Path log) {
        ServiceProcess.Builder builder = ServiceProcess.builder(jar(), log)
                // Tomcat's 100 overflow in any pause of a busy machine, and the kernel's second try takes a second.
                .env("SERVER_TOMCAT_ACCEPTCOUNT", "2000");
        return loadline ? builder : builder.env("LOADLINE_ENABLED", "false");
    }

    /** Its name on command lines. */
    @Override
    public String toString() {
        return folder;
    }
}
