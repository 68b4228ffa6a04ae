/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.samples.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** What Prometheus is asked. Thread-safe. */
final class Queries {
    static final Path MONITORING = Folder.ROOT.resolve("monitoring");

    private static final JsonMapper JSON = JsonMapper.builder().build();

    private Queries() {}

    /** The groups of recording rules and alerts. */
    static List<JsonNode> ruleGroups() throws IOException {
        return Manifest.elements(Folder.read(MONITORING.resolve("prometheus-rule.yaml"))
                        .get(0)
                        .at("/spec/groups"))
                .toList();
    }

    static Stream<JsonNode> rules() throws IOException {
        return ruleGroups().stream().flatMap(group -> Manifest.elements(group.at("/rules")));
    }

    static JsonNode dashboard() throws IOException {
        return JSON.readTree(MONITORING.resolve("dashboard.json").toFile());
    }

    /** Those of autoscalers and of the dashboard, by who asks; what Grafana and the adapter fill in is filled in. */
    static Map<String, String> ofOthers() throws IOException {
        Map<String, String> queries = new LinkedHashMap<>();
        for (String recipe : Folder.RECIPES) {
            for (Manifest manifest : Folder.built(recipe)) {
                manifest.all("query").forEach(query -> queries.put(recipe, query.asText()));
            }
        }
        Manifest adapter =
                Folder.read(MONITORING.resolve("prometheus-adapter.yaml")).get(0);
        List<JsonNode> rules = new ArrayList<>(adapter.tree().findValues("custom"));
        rules.addAll(adapter.tree().findValues("external"));
        for (JsonNode kind : rules) {
            for (JsonNode rule : kind) {
                String series = rule.at("/seriesQuery").asText();
                String name = "adapter " + queries.size();
                queries.put(name + " series", series);
                queries.put(
                        name,
                        rule.at("/metricsQuery")
                                .asText()
                                .replace("<<.Series>>{<<.LabelMatchers>>}", series)
                                .replace("<<.GroupBy>>", "namespace, pod"));
            }
        }
        for (JsonNode expression : dashboard().findValues("expr")) {
            queries.put(
                    "dashboard " + queries.size(),
                    expression
                            .asText()
                            .replace("$__rate_interval", "1m")
                            .replace("$__interval", "1m")
                            .replace("$__range", "1h"));
        }
        return queries;
    }
}
