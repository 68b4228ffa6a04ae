/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.lab;

import static java.util.Objects.requireNonNullElse;

import io.loadline.benchmarks.lab.Scenario.Bursts;
import io.loadline.benchmarks.lab.Scenario.Clients;
import io.loadline.benchmarks.lab.Scenario.Pauses;
import io.loadline.benchmarks.lab.Scenario.Phase;
import io.loadline.benchmarks.lab.Scenario.Route;
import io.loadline.benchmarks.lab.Scenario.Stage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.dataformat.yaml.YAMLMapper;

/** Reads scenarios. Stateless. */
final class ScenarioFile {
    private static final YAMLMapper YAML = new YAMLMapper();
    private static final String SUFFIX = ".yaml";

    private ScenarioFile() {}

    /** The files of a folder, by name. */
    static List<Path> in(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(SUFFIX))
                    .sorted()
                    .toList();
        }
    }

    /** The file's name without its suffix. */
    static String name(Path file) {
        String name = String.valueOf(file.getFileName());
        return name.endsWith(SUFFIX) ? name.substring(0, name.length() - SUFFIX.length()) : name;
    }

    /**
     * Reads a file.
     *
     * @throws IllegalArgumentException if it is no scenario, with the place and what is expected there
     * @throws IOException if it cannot be read
     */
    static Scenario read(Path file) throws IOException {
        try {
            return scenario(new Fields(YAML.readTree(Files.readString(file)), ""));
        } catch (JacksonException | IllegalArgumentException e) {
            throw new IllegalArgumentException(file + ": " + e.getMessage(), e);
        }
    }

    private static Scenario scenario(Fields file) {
        List<Stage> stages = file.each("stages", ScenarioFile::stage);
        Set<String> stageNames = stages.stream().map(Stage::name).collect(Collectors.toSet());
        List<Route> routes = file.each("routes", fields -> route(fields, stageNames));
        Set<String> routeNames = routes.stream().map(Route::name).collect(Collectors.toSet());
        Scenario scenario = new Scenario(
                file.text("title"),
                file.text("about"),
                or(file.whole("cpus", 1), 4),
                or(file.duration("warm"), Duration.ZERO),
                clients(file.inside("clients")),
                or(file.whole("replicas", 1), 1),
                stages,
                routes,
                file.each("phases", fields -> phase(fields, stageNames, routeNames)));
        file.end();
        check(scenario);
        return scenario;
    }

    /** What single fields do not tell. */
    private static void check(Scenario scenario) {
        unique("stages", scenario.stages().stream().map(Stage::name));
        unique("routes", scenario.routes().stream().map(Route::name));
        for (Stage stage : scenario.stages()) {
            require(
                    !stage.cpu() || stage.servers() != null,
                    "stages: '%s' is the CPUs and needs servers",
                    stage.name());
            require(!stage.cpu() || !stage.shared(), "stages: '%s' is the CPUs and cannot be shared", stage.name());
        }
        Phase first = scenario.phases().get(0);
        require(first.rate() != null || first.users() != null, "phases[0]: a rate or users must be given");
        Timeline timeline = new Timeline(scenario);
        require(
                scenario.warm().toNanos() < timeline.end(),
                "warm: %s is as long as all phases together",
                scenario.warm());
        for (int i = 0; i < scenario.phases().size(); i++) {
            Phase phase = scenario.phases().get(i);
            String place = "phases[" + i + "]";
            require(
                    timeline.users(timeline.start(i)) == 0
                            || !scenario.clients().think().isZero(),
                    "%s: users must think for a while, set clients.think",
                    place);
            for (String name : phase.servers().keySet()) {
                boolean has = scenario.stages().stream()
                        .anyMatch(stage -> stage.name().equals(name) && stage.servers() != null);
                require(has, "%s.servers: '%s' has none", place, name);
            }
            require(
                    phase.fails().values().stream().allMatch(share -> share <= 1),
                    "%s.fails: a share must be between 0 and 1",
                    place);
            Double quota = phase.quota();
            require(quota == null || (quota > 0 && quota <= 1), "%s.quota: must be above 0 and at most 1", place);
        }
    }

    private static void unique(String place, Stream<String> names) {
        Set<String> seen = new HashSet<>();
        names.forEach(name -> require(seen.add(name), "%s: there are two named '%s'", place, name));
    }

    private static void require(boolean condition, String message, Object... values) {
        if (!condition) {
            throw new IllegalArgumentException(String.format(message, values));
        }
    }

    private static Clients clients(@Nullable Fields fields) {
        if (fields == null) {
            return Clients.of(null, null, null, null);
        }
        Clients clients = Clients.of(
                fields.duration("deadline"),
                fields.whole("retries", 0),
                fields.duration("backoff"),
                fields.duration("think"));
        fields.end();
        return clients;
    }

    private static Stage stage(Fields fields) {
        return new Stage(
                fields.text("name"),
                fields.whole("servers", 1),
                fields.flag("cpu"),
                or(fields.number("thrash"), 0.0),
                fields.duration("wait"),
                fields.duration("timeout"),
                fields.flag("shared"));
    }

    private static Route route(Fields fields, Set<String> stages) {
        return new Route(
                fields.text("name"),
                or(fields.number("share"), 1.0),
                fields.byName("time", stages, times -> name -> times.parsed(name, Times::parse)));
    }

    private static Phase phase(Fields fields, Set<String> stages, Set<String> routes) {
        return new Phase(
                positive(fields, "for"),
                fields.number("rate"),
                fields.whole("users", 0),
                fields.flag("ramp"),
                bursts(fields.inside("bursts")),
                fields.byName("slow", stages, slow -> name -> or(slow.number(name), 1.0)),
                fields.byName("servers", stages, servers -> name -> or(servers.whole(name, 0), 0)),
                fields.byName("fails", stages, fails -> name -> or(fails.number(name), 0.0)),
                fields.byName("shares", routes, shares -> name -> or(shares.number(name), 0.0)),
                pauses(fields.inside("pauses")),
                fields.number("quota"));
    }

    private static @Nullable Bursts bursts(@Nullable Fields fields) {
        if (fields == null) {
            return null;
        }
        Bursts bursts = new Bursts(positive(fields, "every"), or(fields.whole("calls", 0), 0));
        fields.end();
        return bursts;
    }

    private static @Nullable Pauses pauses(@Nullable Fields fields) {
        if (fields == null) {
            return null;
        }
        Pauses pauses = new Pauses(positive(fields, "every"), fields.parsed("length", Durations::parse));
        fields.end();
        return pauses;
    }

    private static Duration positive(Fields fields, String name) {
        return fields.parsed(name, text -> {
            Duration duration = Durations.parse(text);
            require(!duration.isZero(), "must be longer than 0");
            return duration;
        });
    }

    private static <T> T or(@Nullable T value, T otherwise) {
        return requireNonNullElse(value, otherwise);
    }
}
