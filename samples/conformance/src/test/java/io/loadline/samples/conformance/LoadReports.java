/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.samples.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.loadline.testing.Wire.Answer;
import java.util.Base64;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Load reports for balancers (ORCA): in responses to requests that ask. */
interface LoadReports extends Scenes {
    String REPORT = "endpoint-load-metrics";
    String ASK = "endpoint-load-metrics-format: ";
    String ASK_TEXT = ASK + "text";
    String LIST = "TEXT ([a-z_]+(\\.[a-z_]+)?:[0-9.E-]+,)+named_metrics\\.queue:0";

    @Shows(Behaviour.REPORT_UNASKED)
    default void response_toARequestThatDoesNotAsk_hasNoReport() {
        assertThat(service().get("/orders/1").headers()).doesNotContainKeys(REPORT, REPORT + "-bin");
        assertThat(service().get("/orders/1", ASK + "xml").headers()).doesNotContainKeys(REPORT, REPORT + "-bin");
    }

    @Shows(Behaviour.REPORT_TEXT)
    default void response_toARequestForText_hasAList() {
        // Reports tell of the last measurement, which may be from before a limit that has just changed.
        Service.soon()
                .untilAsserted(
                        () -> assertThat(service().get("/orders/1", ASK_TEXT).header(REPORT))
                                .matches(LIST)
                                .contains("application_utilization:", "named_metrics.limit:" + Service.LIMIT + ","));
    }

    @Shows(Behaviour.REPORT_JSON)
    default void response_toARequestForJson_hasAnObject() {
        Service.soon().untilAsserted(() -> {
            String report = service().get("/orders/1", ASK + "json").header(REPORT);

            assertThat(report).startsWith("JSON {");
            JsonNode json = JsonMapper.builder().build().readTree(report.substring(5));
            assertThat(json.at("/application_utilization").asDouble()).isNotNegative();
            assertThat(json.at("/named_metrics/limit").asInt()).isEqualTo(Service.LIMIT);
        });
    }

    @Shows(Behaviour.REPORT_BIN)
    default void response_toARequestForBinary_hasAMessage() {
        String report = service().get("/orders/1", ASK + "bin").header(REPORT);

        assertThat(report).startsWith("BIN ");
        assertThat(Base64.getDecoder().decode(report.substring(4))).isNotEmpty();
    }

    @Shows(Behaviour.REPORT_OF_ERRORS)
    default void response_toAWrongRequest_hasAReport() {
        Answer wrong = service().get("/orders/abc", ASK_TEXT);
        assertThat(wrong.status()).isEqualTo(400);
        assertThat(wrong.header(REPORT)).matches(LIST);
    }

    @Shows(Behaviour.REPORT_ON_PROBES)
    default void probe_thatAsks_hasAReport() {
        assertThat(service().get("/livez", ASK_TEXT).headers()).containsKey(REPORT);
    }
}
