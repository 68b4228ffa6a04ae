/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.samples.conformance;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What the build of the starter and of the extension found out about their settings, by names without {@code loadline.}; what
 * an application chooses in a name is {@code NAME}. Stateless.
 */
final class SettingsMetadata {
    private static final Path STARTER = Path.of("../../spring-boot-starter");
    private static final Path EXTENSION =
            Path.of("../../quarkus-extension/runtime/target/classes/META-INF/quarkus-config-doc");

    private static final String PREFIX = "loadline.";
    private static final Pattern MAP = Pattern.compile("java\\.util\\.Map<.*\\$(\\w+)>");
    private static final Pattern RECORD =
            Pattern.compile("/\\*\\*((?:(?!\\*/).)*)\\*/\\s*public record (\\w+)\\(", Pattern.DOTALL);
    private static final Pattern PARAMETER = Pattern.compile("@param (\\w+) ((?:(?!@param ).)*)", Pattern.DOTALL);
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private SettingsMetadata() {}

    /** Those of the starter. What is in maps is not in its metadata, but in the comments that those were made of. */
    static SortedMap<String, Described> ofSpringBoot() throws IOException {
        Map<String, Map<String, Described>> records =
                records(Files.readString(STARTER.resolve("src/main/java/io/loadline/spring/LoadlineProperties.java")));
        SortedMap<String, Described> all = new TreeMap<>();
        JsonNode metadata = read(STARTER.resolve("target/classes/META-INF/spring-configuration-metadata.json"));
        for (JsonNode each : metadata.at("/properties")) {
            String name = each.at("/name").asString();
            Matcher map = MAP.matcher(each.at("/type").asString(""));
            if (!name.startsWith(PREFIX)) {
                continue;
            }
            if (map.matches()) {
                records.get(map.group(1))
                        .forEach((key, value) -> all.put(name.substring(PREFIX.length()) + ".NAME." + key, value));
            } else {
                all.put(
                        name.substring(PREFIX.length()),
                        Described.of(each.at("/description").asString(), text(each.at("/defaultValue"))));
            }
        }
        return all;
    }

    /** Those of the extension. */
    static SortedMap<String, Described> ofQuarkus() throws IOException {
        JsonNode comments =
                read(EXTENSION.resolve("quarkus-config-javadoc.json")).at("/elements");
        SortedMap<String, Described> all = new TreeMap<>();
        for (JsonNode root :
                read(EXTENSION.resolve("quarkus-config-model.json")).at("/configRoots")) {
            for (JsonNode each : root.at("/items")) {
                String source = each.at("/sourceType").asString() + "."
                        + each.at("/sourceElementName").asString();
                all.put(
                        each.at("/path/property")
                                .asString()
                                .substring("quarkus.".length() + PREFIX.length())
                                .replaceAll("\"[^\"]+\"", "NAME"),
                        Described.of(
                                comments.path(source).path("description").asString(), text(each.at("/defaultValue"))));
            }
        }
        return all;
    }

    /** Components of records by their names as settings, by the records' names. */
    private static Map<String, Map<String, Described>> records(String source) {
        Map<String, Map<String, Described>> all = new TreeMap<>();
        Matcher each = RECORD.matcher(source);
        while (each.find()) {
            String comment = Arrays.stream(each.group(1).split("\n"))
                    .map(line -> line.strip().replaceFirst("^\\*\\s?", ""))
                    .collect(Collectors.joining("\n"));
            Map<String, Described> components = new TreeMap<>();
            PARAMETER
                    .matcher(comment)
                    .results()
                    .forEach(parameter ->
                            components.put(kebab(parameter.group(1)), Described.of(parameter.group(2), "")));
            all.put(each.group(2), components);
        }
        return all;
    }

    private static String kebab(String name) {
        return name.replaceAll("([a-z0-9])([A-Z])", "$1-$2").toLowerCase(Locale.ROOT);
    }

    private static String text(JsonNode standard) {
        return standard.isMissingNode() || standard.isNull() ? "" : standard.asString();
    }

    private static JsonNode read(Path file) throws IOException {
        return JSON.readTree(Files.readString(file));
    }
}
