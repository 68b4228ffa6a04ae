/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.samples.orders;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.yaml.snakeyaml.Yaml;

/** What {@code samples/kubernetes} and its documents say of metrics, and what is wrong with that. Thread-safe. */
final class NamedMetrics {
    private static final Path KUBERNETES = Path.of("../kubernetes");
    private static final List<Path> DOCUMENTS =
            List.of(Path.of("../../docs/signals.md"), Path.of("../../docs/runbook.md"));

    /** Not what is recorded, which has a colon. With labels, if any; JSON escapes their quotes. */
    private static final Pattern METRIC =
            Pattern.compile("(?<![\\w:])((?:loadline|http_server_requests)_[a-z0-9_]+)(?![\\w:])(?:\\{([^}]*)})?");

    private static final Pattern LABEL = Pattern.compile("(\\w+) *(=~|!~|!=|=) *\\\\?\"([^\"\\\\]*)\\\\?\"");

    /** They come from who scrapes. */
    private static final Set<String> OF_THE_SCRAPE = Set.of("namespace", "job", "pod");

    private NamedMetrics() {}

    /** What the Deployment sets, but for what only Kubernetes knows. */
    static Map<String, String> environment() throws IOException {
        Map<String, Object> deployment = new Yaml().load(Files.readString(KUBERNETES.resolve("base/deployment.yaml")));
        Map<String, Object> pod = child(child(child(deployment, "spec"), "template"), "spec");
        Map<String, String> environment = new HashMap<>();
        for (Map<String, Object> variable : children(children(pod, "containers").get(0), "env")) {
            if (variable.containsKey("value")) {
                environment.put(
                        variable.get("name").toString(), variable.get("value").toString());
            }
        }
        return environment;
    }

    /**
     * Metrics that are named somewhere and not in {@code exposition}, and labels that these do not have; with the file.
     *
     * @param exposition what Prometheus reads
     */
    static Set<String> notIn(String exposition) throws IOException {
        Set<String> missing = new TreeSet<>();
        for (Path file : files()) {
            Matcher metric = METRIC.matcher(Files.readString(file));
            while (metric.find()) {
                String name = metric.group(1);
                List<String> series = exposition
                        .lines()
                        .filter(line -> line.startsWith(name + "{") || line.startsWith(name + " "))
                        .toList();
                if (series.isEmpty()) {
                    missing.add(file.normalize() + ": " + name);
                } else if (metric.group(2) != null) {
                    LABEL.matcher(metric.group(2))
                            .results()
                            .filter(label -> !OF_THE_SCRAPE.contains(label.group(1)))
                            .filter(label -> series.stream()
                                    .noneMatch(line -> matches(line, label.group(1), label.group(2), label.group(3))))
                            .forEach(label -> missing.add(file.normalize() + ": " + name + "{" + label.group() + "}"));
                }
            }
        }
        return missing;
    }

    /** What must not be equal needs not be there, but its label must. */
    private static boolean matches(String line, String label, String operator, String value) {
        return switch (operator) {
            case "=" -> line.contains(label + "=\"" + value + "\"");
            case "=~" ->
                Pattern.compile("\\b" + label + "=\"(?:" + value + ")\"")
                        .matcher(line)
                        .find();
            default -> line.contains(label + "=\"");
        };
    }

    private static List<Path> files() throws IOException {
        try (Stream<Path> kubernetes = Files.walk(KUBERNETES)) {
            return Stream.concat(kubernetes, DOCUMENTS.stream())
                    .filter(file -> file.toString().matches(".*\\.(yaml|json|md)"))
                    .filter(file -> !file.startsWith(KUBERNETES.resolve("src"))
                            && !file.startsWith(KUBERNETES.resolve("target")))
                    .toList();
        }
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> child(Map<String, Object> parent, String name) {
        return (Map<String, Object>) parent.get(name);
    }

    @SuppressWarnings("unchecked")
    private static List<Map<String, Object>> children(Map<String, Object> parent, String name) {
        return (List<Map<String, Object>>) parent.get(name);
    }
}
