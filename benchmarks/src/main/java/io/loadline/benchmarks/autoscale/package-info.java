/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
/** Autoscaling in a closed loop: real instances, a real Prometheus and the algorithm of Kubernetes. */
@NullMarked
package io.loadline.benchmarks.autoscale;

import org.jspecify.annotations.NullMarked;
