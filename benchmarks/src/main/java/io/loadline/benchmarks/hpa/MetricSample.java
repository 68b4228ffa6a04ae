/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.hpa;

/**
 * What was measured of a pod. Immutable.
 *
 * @param milli the value in thousandths
 * @param timestampMillis when, by the controller's clock
 * @param windowMillis over which time before that
 */
public record MetricSample(long milli, long timestampMillis, long windowMillis) {}
