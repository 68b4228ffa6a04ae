/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring.servlet;

import io.loadline.spring.testing.AdmissionContract;
import org.springframework.boot.WebApplicationType;

class TomcatAdmissionTest extends AdmissionContract {
    TomcatAdmissionTest() {
        super(WebApplicationType.SERVLET);
    }
}
