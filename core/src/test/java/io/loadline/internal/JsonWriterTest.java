/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.json.JsonMapper;

/** Everything written is read back by Jackson. */
class JsonWriterTest {
    private static final ObjectMapper JACKSON = JsonMapper.builder().build();
    private static final String HOSTILE =
            "\" \\ / \b \f \n \r \t \0 \u001f \u007f \u0085 \u2028 \u2029 </script> ${x} %s é 漢 🚢";

    @Test
    void members_ofAllKinds_areReadBack() {
        JsonWriter json = new JsonWriter();
        json.beginObject()
                .member("string", HOSTILE)
                .member("null", null)
                .member("long", Long.MIN_VALUE)
                .member("double", -0.1)
                .member("large", 1e300)
                .member("small", 5e-324)
                .member("nan", Double.NaN)
                .member("infinite", Double.NEGATIVE_INFINITY)
                .member("true", true)
                .member("false", false)
                .beginObject("object")
                .member("inner", 1L)
                .endObject()
                .beginObject("emptyObject")
                .endObject()
                .beginArray("emptyArray")
                .endArray()
                .beginArray("strings")
                .element("a")
                .element(HOSTILE)
                .endArray()
                .beginArray("objects")
                .beginObject()
                .member("a", 1L)
                .endObject()
                .beginObject()
                .endObject()
                .endArray()
                .member(HOSTILE, "hostile name")
                .endObject();
        JsonNode read = read(json);
        assertThat(read.get("string").stringValue()).isEqualTo(HOSTILE);
        assertThat(read.get("null").isNull()).isTrue();
        assertThat(read.get("long").longValue()).isEqualTo(Long.MIN_VALUE);
        assertThat(read.get("double").doubleValue()).isEqualTo(-0.1);
        assertThat(read.get("large").doubleValue()).isEqualTo(1e300);
        assertThat(read.get("small").doubleValue()).isEqualTo(5e-324);
        assertThat(read.get("nan").isNull()).isTrue();
        assertThat(read.get("infinite").isNull()).isTrue();
        assertThat(read.get("true").booleanValue()).isTrue();
        assertThat(read.get("false").booleanValue()).isFalse();
        assertThat(read.get("object").get("inner").intValue()).isEqualTo(1);
        assertThat(read.get("emptyObject").isEmpty()).isTrue();
        assertThat(read.get("emptyArray").isEmpty()).isTrue();
        assertThat(read.get("strings").get(1).stringValue()).isEqualTo(HOSTILE);
        assertThat(read.get("objects").size()).isEqualTo(2);
        assertThat(read.get(HOSTILE).stringValue()).isEqualTo("hostile name");
        assertThat(read.size()).isEqualTo(16);
    }

    @Test
    void string_loneSurrogates_becomeReplacementCharacters() {
        Map<String, String> expected = Map.of(
                "\ud800", "\ufffd",
                "\udc00", "\ufffd",
                "a\udbff", "a\ufffd",
                "\udfffa", "\ufffda",
                "\udc00\ud800", "\ufffd\ufffd",
                "\ud800\ud800\udc00", "\ufffd\ud800\udc00");
        expected.forEach((written, readBack) -> {
            JsonWriter json = new JsonWriter();
            json.beginObject().member(written, written).endObject();
            assertThat(read(json).get(readBack).stringValue()).isEqualTo(readBack);
        });
    }

    @RepeatedTest(20)
    void anything_atRandom_isReadBack(RepetitionInfo repetition) {
        Random random = new Random(repetition.getCurrentRepetition());
        List<String> names = new ArrayList<>();
        List<Object> values = new ArrayList<>();
        JsonWriter json = new JsonWriter();
        json.beginObject();
        for (int i = 0; i < 200; i++) {
            String name = i + string(random);
            names.add(wellFormed(name));
            switch (random.nextInt(4)) {
                case 0 -> {
                    String value = string(random);
                    json.member(name, value);
                    values.add(wellFormed(value));
                }
                case 1 -> {
                    long value = random.nextLong() >> random.nextInt(64);
                    json.member(name, value);
                    values.add(value);
                }
                case 2 -> {
                    double value = Double.longBitsToDouble(random.nextLong());
                    json.member(name, value);
                    values.add(value);
                }
                default -> {
                    List<String> value = new ArrayList<>();
                    json.beginArray(name);
                    for (int n = random.nextInt(4); n > 0; n--) {
                        String element = string(random);
                        json.element(element);
                        value.add(wellFormed(element));
                    }
                    json.endArray();
                    values.add(value);
                }
            }
        }
        json.endObject();

        JsonNode read = read(json);
        assertThat(read.size()).isEqualTo(names.size());
        for (int i = 0; i < names.size(); i++) {
            JsonNode node = read.get(names.get(i));
            Object value = values.get(i);
            if (value instanceof String text) {
                assertThat(node.stringValue()).isEqualTo(text);
            } else if (value instanceof Long number) {
                assertThat(node.longValue()).isEqualTo(number);
            } else if (value instanceof Double number) {
                if (Double.isFinite(number)) {
                    assertThat(node.doubleValue()).isEqualTo(number);
                } else {
                    assertThat(node.isNull()).isTrue();
                }
            } else {
                List<String> elements = new ArrayList<>();
                node.forEach(element -> elements.add(element.stringValue()));
                assertThat(elements).isEqualTo(value);
            }
        }
    }

    /** Any 16-bit units, mostly from the ranges that need care. */
    private static String string(Random random) {
        StringBuilder text = new StringBuilder();
        for (int n = random.nextInt(12); n > 0; n--) {
            text.append((char)
                    switch (random.nextInt(4)) {
                        case 0 -> random.nextInt(0x80);
                        case 1 -> 0xd700 + random.nextInt(0x1000);
                        case 2 -> 0x2020 + random.nextInt(0x10);
                        default -> random.nextInt(0x10000);
                    });
        }
        return text.toString();
    }

    /** What UTF-16 makes of it: lone surrogates become U+FFFD. */
    private static String wellFormed(String text) {
        return new String(text.getBytes(StandardCharsets.UTF_16), StandardCharsets.UTF_16);
    }

    /** Through UTF-8, as over the wire. */
    private static JsonNode read(JsonWriter json) {
        return JACKSON.readTree(json.toString().getBytes(StandardCharsets.UTF_8));
    }
}
