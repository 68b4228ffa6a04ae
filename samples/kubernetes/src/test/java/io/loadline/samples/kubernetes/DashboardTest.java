/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.samples.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The dashboard, as far as Grafana would not tell. */
class DashboardTest {
    private static final int COLUMNS = 24;

    @Test
    void panels_haveTitleExplanationPlaceAndQuery() throws Exception {
        List<JsonNode> panels =
                Manifest.elements(Queries.dashboard().at("/panels")).toList();

        assertThat(panels).extracting(panel -> panel.at("/id").asInt()).doesNotHaveDuplicates();
        assertThat(panels).allSatisfy(panel -> {
            assertThat(panel.at("/title").asText()).isNotEmpty();
            JsonNode place = panel.at("/gridPos");
            assertThat(place.at("/x").asInt() + place.at("/w").asInt()).isLessThanOrEqualTo(COLUMNS);
            if (!panel.at("/type").asText().equals("row")) {
                assertThat(panel.at("/description").asText()).isNotEmpty();
                assertThat(panel.at("/targets")).isNotEmpty().allSatisfy(target -> {
                    assertThat(target.at("/expr").asText()).contains("$namespace", "$job");
                    assertThat(target.at("/legendFormat").asText()).isNotEmpty();
                });
            }
        });
        for (JsonNode panel : panels) {
            for (JsonNode other : panels) {
                assertThat(panel == other || !overlap(panel.at("/gridPos"), other.at("/gridPos")))
                        .as("%s and %s", panel.at("/title"), other.at("/title"))
                        .isTrue();
            }
        }
    }

    @Test
    void scalingReleasesAndSettings_areMarked() throws Exception {
        assertThat(Queries.dashboard().at("/annotations/list"))
                .extracting(mark -> mark.at("/name").asText())
                .containsExactly("Scaled", "Released", "Settings changed");
    }

    private static boolean overlap(JsonNode one, JsonNode other) {
        return meet(one, other, "x", "w") && meet(one, other, "y", "h");
    }

    /** Whether their extents in one direction meet. */
    private static boolean meet(JsonNode one, JsonNode other, String from, String size) {
        return one.get(from).asInt() < other.get(from).asInt() + other.get(size).asInt()
                && other.get(from).asInt()
                        < one.get(from).asInt() + one.get(size).asInt();
    }
}
