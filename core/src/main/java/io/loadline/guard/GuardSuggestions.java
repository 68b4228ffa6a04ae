/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.guard;

import java.time.Duration;

/**
 * Thresholds that fit the traffic seen. Nothing applies them by itself.
 *
 * @param slowCall from what duration on a call would count as slow: three times what 99 of 100 successful calls took in an
 *     ordinary ten seconds
 * @param failureRate the failure rate at which the breaker would open, 0..1: four times the ordinary one, at least 0.2
 * @param p99 what 99 of 100 successful calls took in an ordinary ten seconds
 * @param ordinaryFailureRate the share of failed and timed out calls in an ordinary ten seconds, 0..1
 * @param calls the calls they are drawn from
 */
public record GuardSuggestions(
        Duration slowCall, double failureRate, Duration p99, double ordinaryFailureRate, long calls) {}
