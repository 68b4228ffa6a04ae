/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.samples.conformance;

import io.loadline.testing.SampleProcess;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What carries Loadline into a service: the packaged sample that shows it, and how its settings are written. */
enum Adapter {
    PLAIN_JAVA("Plain Java", "plain-java/target/loadline-sample-plain-java.jar", "Orders service started"),
    TOMCAT("Tomcat", Constants.BOOT_JAR, Constants.BOOT_STARTED),
    JETTY("Jetty", Constants.BOOT_JAR, Constants.BOOT_STARTED),
    NETTY("Reactor Netty", Constants.BOOT_JAR, Constants.BOOT_STARTED),
    QUARKUS("Quarkus", "quarkus/target/quarkus-app/quarkus-run.jar", "Listening on:");

    private final String title;
    private final Path jar;
    private final String lastLine;

    Adapter(String title, String jar, String lastLine) {
        this.title = title;
        this.jar = Path.of("..").resolve(jar);
        this.lastLine = lastLine;
    }

    String title() {
        return title;
    }

    /** What only its meters have: that this is what runs. */
    String mark() {
        return switch (this) {
            case PLAIN_JAVA -> "executor_pool_max_threads{name=\"http\"} 200.0";
            case TOMCAT -> "tomcat_sessions_active_max_sessions ";
            case JETTY -> "jetty_threads_config_max ";
            // What the blocking controllers run on there, as many threads as Tomcat has.
            case NETTY -> "executor_pool_core_threads{name=\"applicationTaskExecutor\"} 200.0";
            case QUARKUS -> "worker_pool_";
        };
    }

    /** Of liveness, readiness and start on the management port; all have the same on the service's own. */
    List<String> managementProbes() {
        return switch (this) {
            case PLAIN_JAVA -> List.of("/livez", "/readyz", "/startupz");
            case TOMCAT, JETTY, NETTY ->
                List.of("/actuator/health/liveness", "/actuator/health/readiness", "/actuator/health/startup");
            case QUARKUS -> List.of("/q/health/live", "/q/health/ready", "/q/health/started");
        };
    }

    /** Where Prometheus reads on the management port; all have {@code /metrics} on the service's own. */
    String managementMetrics() {
        return switch (this) {
            case PLAIN_JAVA -> "/metrics";
            case TOMCAT, JETTY, NETTY -> "/actuator/prometheus";
            case QUARKUS -> "/q/metrics";
        };
    }

    /**
     * Starts the sample and returns when it listens.
     *
     * @param settings by their names in the documents, that is those of Spring Boot
     */
    SampleProcess start(Map<String, String> settings, int catalogMillis) throws Exception {
        Map<String, String> environment = new LinkedHashMap<>(environment(settings));
        environment.put("CATALOG_MIB", "32");
        environment.put("CATALOG_MILLIS", Integer.toString(catalogMillis));
        return SampleProcess.start(jar(), options(settings), environment, lastLine);
    }

    /** Runs the sample, which is not going to start. */
    SampleProcess.Ended run(Map<String, String> settings) throws Exception {
        return SampleProcess.run(jar(), options(settings), environment(settings));
    }

    private Path jar() {
        return switch (this) {
            case TOMCAT, JETTY, NETTY -> Unpacked.JAR;
            case PLAIN_JAVA, QUARKUS -> jar;
        };
    }

    private List<String> options(Map<String, String> settings) {
        return switch (this) {
            case PLAIN_JAVA -> List.of();
            case TOMCAT, JETTY, NETTY ->
                settings.entrySet().stream()
                        .map(each -> "-D" + each.getKey() + "=" + each.getValue())
                        .toList();
            case QUARKUS ->
                settings.entrySet().stream()
                        .map(each -> "-Dquarkus." + quoted(each.getKey()) + "=" + each.getValue())
                        .toList();
        };
    }

    private Map<String, String> environment(Map<String, String> settings) {
        return switch (this) {
            case PLAIN_JAVA -> {
                Map<String, String> variables = new LinkedHashMap<>();
                settings.forEach((key, value) -> variables.putAll(ofPlainJava(key, value)));
                yield variables;
            }
            case TOMCAT, JETTY, NETTY -> Map.of("SERVER", name().toLowerCase(Locale.ROOT));
            case QUARKUS -> Map.of();
        };
    }

    /** Names in brackets are in quotes there. */
    private static String quoted(String key) {
        return key.replace("[", ".\"").replace("]", "\"");
    }

    /** Without a framework the code says what a setting would; the sample reads some of it from variables of its own. */
    private static Map<String, String> ofPlainJava(String key, String value) {
        return switch (key) {
            case "loadline.limit.initial" -> Map.of("LIMIT", value);
            case "loadline.guard.quota.limit" -> Map.of("CLIENT_LIMIT", value);
            case "loadline.settings.watch" -> Map.of("SETTINGS_DIR", value);
            case "loadline.startup.warm-up.paths" -> Map.of("WARM_UP_PATHS", value);
            case "loadline.startup.gate.max-wait" -> Map.of("LOADLINE_STARTUP_GATE", "false");
            case "loadline.limit.algorithm",
                    "loadline.guard.quota.key",
                    "loadline.guard.quota.period",
                    "loadline.guard.quota.missing-keys",
                    "loadline.guard.quota.routes[GET /burn].limit",
                    "loadline.guard.quota.routes[GET /burn].period" -> Map.of();
            default -> Map.of(key.replaceAll("[.-]", "_").toUpperCase(Locale.ROOT), value);
        };
    }

    /** What Spring Boot packages, unpacked by its own tool as it advises for images: so it starts in little more than half the time. */
    private static final class Unpacked {
        static final Path JAR = SampleProcess.unpack(TOMCAT.jar, Path.of("target", "unpacked"));
    }

    /** An enum's constants are made before its other static fields. */
    private static final class Constants {
        static final String BOOT_JAR = "spring-boot/target/loadline-sample-spring-boot.jar";
        static final String BOOT_STARTED = "Started OrdersApplication";
    }
}
