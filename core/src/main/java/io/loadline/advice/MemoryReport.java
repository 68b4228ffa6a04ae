/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.advice;

import io.loadline.memory.MemorySnapshot;

/**
 * What is known and advised of a service's memory after one reading. Immutable.
 *
 * @param name the service
 * @param memory what is known
 * @param advice how large the service should be
 * @param checklist five questions and their answers
 */
public record MemoryReport(String name, MemorySnapshot memory, SizingAdvice advice, Checklist checklist) {
    /** What {@code /loadline/memory} tells. */
    public String memoryJson() {
        return ReportJson.memory(this);
    }

    /** What {@code /loadline/advice} tells. */
    public String adviceJson() {
        return ReportJson.advice(this);
    }

    /** The file {@code loadline-advice.yaml}: resources, flags and a vertical autoscaler's bounds to copy from. */
    public String yaml() {
        return AdviceYaml.of(this);
    }

    /** All of it as a table for people. */
    public String table() {
        return AdviceTable.of(this);
    }
}
