/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring.servlet;

import static org.assertj.core.api.Assertions.assertThat;

import io.loadline.spring.testing.HeldApplication;
import io.loadline.spring.testing.OrcaContract;
import io.loadline.spring.testing.Server;
import io.loadline.spring.testing.Service;
import io.loadline.testing.Wire;
import io.loadline.testing.Wire.Answer;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.springframework.web.bind.annotation.GetMapping;

class TomcatOrcaTest extends OrcaContract {
    TomcatOrcaTest() {
        super(Server.TOMCAT);
    }

    @Test
    void response_thatBeginsAnew_hasAReport() {
        try (Service service = Service.start(Undecided.class, Server.TOMCAT)) {
            Answer answer = Wire.get(service.port(), "/undecided", "endpoint-load-metrics-format: text");
            assertThat(answer.body()).isEqualTo("final");
            assertThat(answer.header("endpoint-load-metrics")).startsWith("TEXT application_utilization:");
        }
    }

    static class Undecided extends HeldApplication {
        @GetMapping("/undecided")
        void undecided(HttpServletResponse response) throws IOException {
            response.getWriter().write("draft");
            response.reset();
            response.getWriter().write("final");
        }
    }
}
