/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.signal;

import java.util.Base64;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Reads load reports by Envoy's rules: what Envoy refuses, this refuses by an {@link IllegalArgumentException}, and a report
 * is refused as a whole. Stateless.
 *
 * <p>The rules, as far as they matter for what a service may send: {@code endpoint-load-metrics-bin} wins; otherwise the
 * value begins with {@code TEXT}, {@code JSON} or {@code BIN} in capitals and a space. TEXT: entries by commas, blanks around
 * them and empty ones skipped; the first colon parts an entry; its name must be a field or begin with
 * {@code named_metrics.} and go on, and come once; its value must be a decimal number that is finite. JSON: the mapping of
 * protobuf, without unknown members. BIN: base64 with its padding, not empty, of a message.
 */
final class EnvoyOrcaParser {
    private static final Pattern DECIMAL = Pattern.compile("[+-]?(\\d+\\.?\\d*|\\.\\d+)([eE][+-]?\\d+)?");
    private static final String NAMED = "named_metrics";
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
            .build();

    private EnvoyOrcaParser() {}

    static OrcaFields parse(@Nullable OrcaHeader header) {
        if (header == null) {
            throw new IllegalArgumentException("no report");
        }
        return parse(Map.of(header.name(), header.value()));
    }

    static OrcaFields parse(Map<String, String> headers) {
        String bin = headers.get("endpoint-load-metrics-bin");
        if (bin != null) {
            return binary(bin);
        }
        String value = headers.get("endpoint-load-metrics");
        if (value == null) {
            throw new IllegalArgumentException("no report");
        }
        String rest = value.substring(Math.min(5, value.length()));
        if (value.startsWith("TEXT ")) {
            return text(rest);
        }
        if (value.startsWith("JSON ")) {
            return json(rest);
        }
        if (value.startsWith("BIN ")) {
            return binary(value.substring(4));
        }
        throw new IllegalArgumentException("unsupported format: " + value);
    }

    private static OrcaFields text(String list) {
        Map<String, Double> fields = new HashMap<>();
        Map<String, Double> named = new HashMap<>();
        Set<String> seen = new HashSet<>();
        for (String entry : list.split(",")) {
            if (entry.isBlank()) {
                continue;
            }
            int colon = entry.indexOf(':');
            String name = (colon < 0 ? entry : entry.substring(0, colon)).strip();
            require(!name.isEmpty() && colon >= 0, "empty name or value: " + entry);
            require(seen.add(name), "repeated: " + name);
            double value = number(entry.substring(colon + 1).strip());
            if (name.startsWith(NAMED + ".")) {
                String key = name.substring(NAMED.length() + 1);
                require(!key.isEmpty(), "empty key: " + entry);
                named.put(key, value);
            } else {
                fields.put(known(name), value);
            }
        }
        return new OrcaFields(fields, named);
    }

    private static OrcaFields json(String text) {
        JsonNode object;
        try {
            object = JSON.readTree(text);
        } catch (RuntimeException e) {
            throw new IllegalArgumentException(e);
        }
        require(object.isObject(), "no object: " + text);
        Map<String, Double> fields = new HashMap<>();
        Map<String, Double> named = new HashMap<>();
        for (Map.Entry<String, JsonNode> member : object.properties()) {
            if (member.getKey().equals(NAMED)) {
                require(member.getValue().isObject(), "no map: " + text);
                member.getValue().properties().forEach(each -> named.put(each.getKey(), number(each.getValue())));
            } else {
                fields.put(known(member.getKey()), number(member.getValue()));
            }
        }
        return new OrcaFields(fields, named);
    }

    private static OrcaFields binary(String base64) {
        require(!base64.isEmpty() && base64.length() % 4 == 0, "no padded base64: " + base64);
        return OrcaMessage.parse(Base64.getDecoder().decode(base64));
    }

    private static String known(String name) {
        require(OrcaMessage.FIELDS.containsKey(name), "unknown: " + name);
        return name;
    }

    private static double number(JsonNode value) {
        require(value.isNumber(), "no number: " + value);
        return number(value.toString());
    }

    private static double number(String text) {
        require(DECIMAL.matcher(text).matches(), "no decimal number: " + text);
        double value = Double.parseDouble(text);
        require(Double.isFinite(value), "too large: " + text);
        return value;
    }

    private static void require(boolean condition, String problem) {
        if (!condition) {
            throw new IllegalArgumentException(problem);
        }
    }
}
