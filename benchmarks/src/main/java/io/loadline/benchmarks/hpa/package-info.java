/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * The algorithm of Kubernetes' Horizontal Pod Autoscaler (autoscaling/v2, as of 1.36), without Kubernetes: pure functions and one
 * history, all times given by the caller.
 */
@NullMarked
package io.loadline.benchmarks.hpa;

import org.jspecify.annotations.NullMarked;
