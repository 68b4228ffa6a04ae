/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.samples.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.loadline.testing.Promtool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rules, alerts and what else is asked of Prometheus, checked by Prometheus's own tool; and that nothing lacks its counterpart. */
class RulesTest {
    private static final Pattern RECORDED = Pattern.compile("\\bloadline:[a-z0-9_:]+");
    private static final Path FIXTURES = Folder.ROOT.resolve("src/test/rules");
    private static final Path RUNBOOK = Folder.ROOT.resolve("../../docs/runbook.md");
    private static final List<String> PARTS =
            List.of("**Means.**", "**Respond.**", "**Steps.**", "**Escalate.**", "**Roll back.**");

    @TempDir
    Path folder;

    @Test
    void rules_areRight() throws Exception {
        Promtool.assumeInstalled();
        List<String> arguments = new ArrayList<>(List.of("check", "rules"));
        arguments.addAll(writeGroups());

        assertThat(Promtool.run(folder, "", arguments)).contains("SUCCESS").doesNotContain("FAILED", "exit code");
    }

    /** As rules of their own, since the tool has no other way to read an expression. */
    @Test
    void queries_ofAutoscalersAndDashboard_areRight() throws Exception {
        Promtool.assumeInstalled();
        ObjectNode group = JsonNodeFactory.instance.objectNode().put("name", "queries");
        Map<String, String> queries = Queries.ofOthers();
        assertThat(queries).hasSizeGreaterThan(20);
        queries.forEach((name, query) -> group.withArray("rules")
                .addObject()
                .put("record", "query:" + name.replaceAll("[^a-z0-9]", "_"))
                .put("expr", query));
        write("queries.yaml", group);

        assertThat(Promtool.run(folder, "", List.of("check", "rules", "queries.yaml")))
                .contains("SUCCESS")
                .doesNotContain("FAILED", "exit code");
    }

    @Test
    void alerts_fireWhenTheyShallAndOnlyThen() throws Exception {
        Promtool.assumeInstalled();
        writeGroups();
        List<String> arguments = new ArrayList<>(List.of("test", "rules"));
        for (Path fixture : fixtures()) {
            Path copied = Files.copy(fixture, folder.resolve(fixture.getFileName()));
            arguments.add(Objects.toString(copied.getFileName()));
        }

        assertThat(Promtool.run(folder, "", arguments)).contains("SUCCESS").doesNotContain("FAILED", "exit code");
    }

    @Test
    void alerts_haveFixturesThatFireAndSuchThatDoNot() throws Exception {
        Set<String> fire = new HashSet<>();
        Set<String> keepQuiet = new HashSet<>();
        for (Path fixture : fixtures()) {
            for (JsonNode test : tests(fixture)) {
                for (JsonNode alert : test.at("/alert_rule_test")) {
                    (alert.at("/exp_alerts").isEmpty() ? keepQuiet : fire)
                            .add(alert.at("/alertname").asText());
                }
            }
        }

        Set<String> alerts = alerts().map(alert -> alert.at("/alert").asText()).collect(Collectors.toSet());
        assertThat(alerts).hasSize(8);
        assertThat(fire).isEqualTo(alerts);
        assertThat(keepQuiet).isEqualTo(alerts);
    }

    @Test
    void fixtures_haveNoSeriesThatNoRuleReads() throws Exception {
        String rules = Files.readString(Queries.MONITORING.resolve("prometheus-rule.yaml"));
        for (Path fixture : fixtures()) {
            for (JsonNode test : tests(fixture)) {
                for (JsonNode series : test.at("/input_series")) {
                    String name = series.at("/series").asText().replaceFirst("\\{.*", "");
                    assertThat(rules).as("%s", fixture.getFileName()).contains(name);
                }
            }
        }
    }

    @Test
    void alerts_sayWhomTheyConcernAndWhatToDo() throws Exception {
        String runbook = Files.readString(RUNBOOK);

        assertThat(alerts()).allSatisfy(alert -> {
            String name = alert.at("/alert").asText();
            assertThat(alert.at("/labels/kind").asText()).isIn("service", "capacity");
            assertThat(alert.at("/labels/severity").asText()).isIn("page", "ticket");
            assertThat(alert.at("/annotations/summary").asText()).contains("$labels.namespace", "$labels.job");
            assertThat(alert.at("/annotations/runbook").asText())
                    .isEqualTo("docs/runbook.md#" + name.toLowerCase(Locale.ROOT));
            assertThat(runbook).contains("\n## " + name + "\n");
            String section = runbook.substring(runbook.indexOf("\n## " + name + "\n") + 1);
            int end = section.indexOf("\n## ");
            assertThat(end < 0 ? section : section.substring(0, end)).as(name).contains(PARTS);
        });
        assertThat(alerts().filter(
                                alert -> alert.at("/labels/severity").asText().equals("page")))
                .as("only what users notice wakes somebody")
                .allSatisfy(
                        alert -> assertThat(alert.at("/labels/kind").asText()).isEqualTo("service"));
    }

    @Test
    void recordedSeries_thatAreRead_areWritten() throws Exception {
        Set<String> written = Queries.rules()
                .map(rule -> rule.at("/record").asText())
                .filter(name -> !name.isEmpty())
                .collect(Collectors.toSet());
        Set<String> read = new HashSet<>();
        Stream.concat(Queries.rules().map(rule -> rule.at("/expr").asText()), Queries.ofOthers().values().stream())
                .forEach(query -> RECORDED.matcher(query).results().forEach(name -> read.add(name.group())));

        assertThat(read).isEqualTo(written);
    }

    private static Stream<JsonNode> alerts() throws IOException {
        return Queries.rules().filter(rule -> rule.has("alert"));
    }

    private static List<Path> fixtures() throws IOException {
        try (Stream<Path> files = Files.list(FIXTURES)) {
            return files.sorted().toList();
        }
    }

    private static JsonNode tests(Path fixture) throws IOException {
        return Folder.documents(Files.readString(fixture)).get(0).at("/tests");
    }

    /** One file for each group, so that a fixture is evaluated with those only that it is about. */
    private List<String> writeGroups() throws IOException {
        List<String> names = new ArrayList<>();
        for (JsonNode group : Queries.ruleGroups()) {
            names.add(write(group.at("/name").asText() + ".yaml", group));
        }
        return names;
    }

    private String write(String name, JsonNode group) throws IOException {
        ObjectNode file = JsonNodeFactory.instance.objectNode();
        file.withArray("groups").add(group);
        Path unused = Files.writeString(folder.resolve(name), Folder.yaml(file));
        return name;
    }
}
