/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.samples.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * {@code docs/conformance.md} says what the suite asks. To write it anew:
 * {@code mvn test -pl samples/conformance -am -Dtest=ConformancePageTest -Dsurefire.failIfNoSpecifiedTests=false
 * -Dconformance.write=true}
 */
class ConformancePageTest {
    private static final Path PAGE = Path.of("../../docs/conformance.md");
    private static final String BEGIN = "<!-- written by ConformancePageTest -->\n";

    @Test
    void page_hasTheTableOfTheSuite() throws IOException {
        String page = Files.readString(PAGE);
        String written = page.substring(0, page.indexOf(BEGIN) + BEGIN.length()) + table();
        if (Boolean.getBoolean("conformance.write")) {
            Path unused = Files.writeString(PAGE, written);
        }
        assertThat(Files.readString(PAGE)).isEqualTo(written);
    }

    @Test
    void behaviour_isShownByOneTest() {
        List<Behaviour> shown = Arrays.stream(ConformanceSuite.class.getInterfaces())
                .flatMap(topic -> Arrays.stream(topic.getDeclaredMethods()))
                .filter(method -> method.isAnnotationPresent(Shows.class))
                .map(ConformancePageTest::behaviour)
                .toList();

        assertThat(shown).containsExactlyInAnyOrder(Behaviour.values());
    }

    private static Behaviour behaviour(Method test) {
        return test.getAnnotation(Shows.class).value();
    }

    private static String table() {
        StringBuilder text = new StringBuilder();
        for (Behaviour.Topic topic : Behaviour.Topic.values()) {
            text.append("\n## ").append(topic.title()).append("\n\n| |");
            for (Adapter adapter : Adapter.values()) {
                text.append(' ').append(adapter.title()).append(" |");
            }
            text.append("\n|---|")
                    .append("---|".repeat(Adapter.values().length))
                    .append('\n');
            for (Behaviour behaviour : Behaviour.values()) {
                if (behaviour.topic() == topic) {
                    text.append(row(behaviour));
                }
            }
        }
        text.append("\n## Differences\n\n| | | |\n|---|---|---|\n");
        for (Difference each : Difference.values()) {
            text.append("| ")
                    .append(number(each))
                    .append(" | ")
                    .append(what(each))
                    .append(" | ");
            text.append(each.reason()).append(" |\n");
        }
        return text.toString();
    }

    private static String row(Behaviour behaviour) {
        StringBuilder row = new StringBuilder("| ").append(behaviour.text()).append(" |");
        for (Adapter adapter : Adapter.values()) {
            List<Difference> differences = Difference.of(behaviour, adapter);
            row.append(Difference.instead(behaviour, adapter).isPresent() ? " no" : " yes");
            row.append(
                    differences.isEmpty()
                            ? ""
                            : differences.stream()
                                    .map(each -> Integer.toString(number(each)))
                                    .collect(Collectors.joining(", ", " (", ")")));
            row.append(" |");
        }
        return row.append('\n').toString();
    }

    private static String what(Difference difference) {
        String who = Arrays.stream(Adapter.values())
                .filter(difference.adapters()::contains)
                .map(Adapter::title)
                .collect(Collectors.joining(", "));
        if (difference.surface() == null) {
            return who;
        }
        return who + (difference.more() ? ": also `" : ": no `") + difference.seen() + "`";
    }

    private static int number(Difference difference) {
        return difference.ordinal() + 1;
    }
}
