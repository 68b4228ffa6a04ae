/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.samples.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Reads each manifest with the classes of a Kubernetes client, which know what fields there are. */
class ManifestsTest {
    private static final String ADAPTER = "prometheus-adapter.yaml";

    @Test
    void manifests_all_areWhatTheApiKnows() throws Exception {
        List<Manifest> manifests = manifests();

        assertThat(manifests)
                .hasSizeGreaterThan(30)
                .allSatisfy(manifest ->
                        assertThat(Schema.problems(manifest)).as("%s", manifest).isEmpty());
    }

    @Test
    void adapterValues_areWhatTheChartKnows() throws Exception {
        JsonNode values = Folder.documents(
                        Files.readString(Folder.ROOT.resolve("monitoring").resolve(ADAPTER)))
                .get(0);

        assertThat(Schema.problems(values, CustomResources.AdapterValues.class)).isEmpty();
    }

    /** Or the test above would say nothing. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            base/deployment.yaml       | progressDeadline     | progressDeadlineSeconds: 300 | progressDeadline: 300
            base/deployment.yaml       | failureTreshold      | failureThreshold: 240        | failureTreshold: 240
            base/deployment.yaml       | String               | value: "9090"                | value: 9090
            base/deployment.yaml       | ScheduleSometimes    | ScheduleAnyway               | ScheduleSometimes
            base/deployment.yaml       | no class             | kind: Deployment             | kind: Deploiment
            hpa-pods-metric/hpa.yaml   | tolerence            | tolerance:                   | tolerence:
            knative/service.yaml       | containerConcurency  | containerConcurrency: 0      | containerConcurency: 0
            keda-prometheus/scaled-object.yaml | treshold     | threshold: "70"              | treshold: "70"
            keda-prometheus/scaled-object.yaml | maxReplicas  | maxReplicaCount: 16          | maxReplicas: 16
            keda-prometheus/scaled-object.yaml | Sum          | metricType: AverageValue     | metricType: Sum
            vertical-requests/vertical-pod-autoscaler.yaml | containerPolicy | containerPolicies: | containerPolicy:
            monitoring/prometheus-rule.yaml | forr             | for: 10m                     | forr: 10m
            """)
    void manifest_withAMistake_isRefused(String file, String told, String right, String wrong) throws Exception {
        String text = Files.readString(Folder.ROOT.resolve(file));
        assertThat(text).contains(right);
        List<String> problems = new ArrayList<>();
        for (JsonNode tree : Folder.documents(text.replaceFirst(right, wrong))) {
            problems.addAll(Schema.problems(new Manifest(Path.of(file), tree)));
        }

        assertThat(problems).isNotEmpty().first().asString().contains(told);
    }

    @Test
    void files_all_areNamedByAKustomization() throws Exception {
        Set<Path> named = new TreeSet<>();
        List<Path> files = Folder.files(".yaml");
        for (Path file : files) {
            for (Manifest manifest : Folder.read(file)) {
                for (JsonNode resource : manifest.at("/resources")) {
                    if (manifest.kind().equals("Kustomization")) {
                        named.add(file.resolveSibling(resource.asText()).normalize());
                    }
                }
            }
        }

        assertThat(named).allSatisfy(path -> assertThat(path).exists());
        assertThat(files)
                .filteredOn(file -> !file.endsWith("kustomization.yaml"))
                .filteredOn(file -> !named.contains(file))
                .extracting(file -> Folder.ROOT.relativize(file).toString())
                .as("to choose, and of another tool")
                .containsExactlyInAnyOrder("knative/service-on-load.yaml", "monitoring/" + ADAPTER);
    }

    private static List<Manifest> manifests() throws IOException {
        List<Manifest> manifests = new ArrayList<>();
        for (Path file : Folder.files(".yaml")) {
            if (!Objects.toString(file.getFileName()).equals(ADAPTER)) {
                manifests.addAll(Folder.read(file));
            }
        }
        return manifests;
    }
}
