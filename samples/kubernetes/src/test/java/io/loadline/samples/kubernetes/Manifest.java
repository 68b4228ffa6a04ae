/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.samples.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.Objects;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** One document of a YAML file. Immutable, as long as nobody changes the tree. */
record Manifest(Path file, JsonNode tree) {

    /** Such as {@code apps/v1/Deployment}. */
    String type() {
        return text("/apiVersion") + "/" + kind();
    }

    String kind() {
        return text("/kind");
    }

    String name() {
        return text("/metadata/name");
    }

    /** Empty where there is none. */
    String text(String pointer) {
        return tree.at(pointer).asText();
    }

    JsonNode at(String pointer) {
        return tree.at(pointer);
    }

    /** All nodes of that name, however deep. */
    Stream<JsonNode> all(String field) {
        return tree.findValues(field).stream();
    }

    static Stream<JsonNode> elements(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false);
    }

    @Override
    public String toString() {
        return Objects.toString(file.getFileName()) + " " + kind() + " " + name();
    }
}
