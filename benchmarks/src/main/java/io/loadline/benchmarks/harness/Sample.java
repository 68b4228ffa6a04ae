/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.harness;

import io.loadline.testing.Ports;
import java.nio.file.Path;

/** The samples that are measured; all have the same surface. */
public enum Sample {
    SPRING_BOOT("spring-boot"),
    PLAIN_JAVA("plain-java"),
    QUARKUS("quarkus");

    private final String folder;

    Sample(String folder) {
        this.folder = folder;
    }

    /** Its runnable jar, which has Loadline. */
    public Path jar() {
        return this == QUARKUS
                ? quarkusJar("samples/" + folder)
                : Workspace.root().resolve("samples/" + folder + "/target/loadline-sample-" + folder + ".jar");
    }

    /** Describes a process of it, with Loadline or without, for load that comes in bursts. */
    public ServiceProcess.Builder service(boolean loadline, Path log) {
        // Tomcat's 100 overflow in any pause of a busy machine, and the kernel's second try takes a second.
        return process(loadline, log).env("SERVER_TOMCAT_ACCEPTCOUNT", "2000");
    }

    /**
     * Describes a process of it as it is, with Loadline or without: by its switch, but on Quarkus by another build of the same
     * sources, which does not have the extension at all.
     */
    public ServiceProcess.Builder process(boolean loadline, Path log) {
        if (this == QUARKUS) {
            return loadline ? quarkus(jar(), log) : quarkus(quarkusJar("benchmarks/quarkus/stock"), log);
        }
        ServiceProcess.Builder builder = ServiceProcess.builder(jar(), log);
        return loadline ? builder : builder.env("LOADLINE_ENABLED", "false");
    }

    /** The runnable jar of a Quarkus application in a folder of the checkout. */
    public static Path quarkusJar(String folder) {
        return Workspace.root().resolve(folder + "/target/quarkus-app/quarkus-run.jar");
    }

    /** Always has a management interface, as that is decided by its build. */
    static ServiceProcess.Builder quarkus(Path jar, Path log) {
        return ServiceProcess.builder(jar, log).managementPort(Ports.free());
    }

    /** Its name on command lines. */
    @Override
    public String toString() {
        return folder;
    }
}
