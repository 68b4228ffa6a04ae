/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.samples.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** The files of this folder. Thread-safe. */
final class Folder {
    /** Surefire runs tests in the folder of their module. */
    static final Path ROOT = Path.of("").toAbsolutePath();

    /** Those that scale pods of a Deployment by Loadline's load. */
    static final List<String> ON_LOAD = List.of(
            "hpa-pods-metric",
            "hpa-external",
            "keda-prometheus",
            "keda-metrics-api",
            "scheduled",
            "predicted",
            "vertical-requests");

    static final List<String> RECIPES = Stream.concat(ON_LOAD.stream(), Stream.of("queue-to-zero", "knative"))
            .toList();

    private static final String KUSTOMIZATION = "kustomization.yaml";

    private static final YAMLMapper YAML = new YAMLMapper(YAMLFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build());

    private Folder() {}

    /** What applying {@code folder} with kustomize makes. */
    static List<Manifest> built(String folder) throws IOException {
        List<Manifest> manifests = new ArrayList<>();
        build(ROOT.resolve(folder), manifests);
        return manifests;
    }

    /** The one of that kind. */
    static Manifest one(List<Manifest> manifests, String kind) {
        List<Manifest> found =
                manifests.stream().filter(each -> each.kind().equals(kind)).toList();
        assertThat(found).as(kind).hasSize(1);
        return found.get(0);
    }

    static List<Manifest> read(Path file) throws IOException {
        List<Manifest> manifests = new ArrayList<>();
        for (JsonNode tree : documents(Files.readString(file))) {
            manifests.add(new Manifest(file, tree));
        }
        return manifests;
    }

    static List<JsonNode> documents(String yaml) throws IOException {
        try (MappingIterator<JsonNode> documents =
                YAML.readerFor(JsonNode.class).readValues(yaml)) {
            return documents.readAll();
        }
    }

    /** YAML that means the same. */
    static String yaml(JsonNode tree) throws IOException {
        return YAML.writeValueAsString(tree);
    }

    /** All files whose name ends so, but for those of tests and of the build. */
    static List<Path> files(String ending) throws IOException {
        try (Stream<Path> files = Files.walk(ROOT)) {
            return files.filter(file -> file.toString().endsWith(ending))
                    .filter(file -> !ROOT.relativize(file).startsWith("src")
                            && !ROOT.relativize(file).startsWith("target"))
                    .sorted()
                    .toList();
        }
    }

    private static void build(Path folder, List<Manifest> manifests) throws IOException {
        Manifest kustomization = read(folder.resolve(KUSTOMIZATION)).get(0);
        for (JsonNode resource : kustomization.at("/resources")) {
            Path path = folder.resolve(resource.asText()).normalize();
            if (Files.isDirectory(path)) {
                build(path, manifests);
            } else {
                manifests.addAll(read(path));
            }
        }
    }
}
