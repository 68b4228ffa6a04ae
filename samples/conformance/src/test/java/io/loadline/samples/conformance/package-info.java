/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * One suite for all adapters, which asks their packaged samples by HTTP and signals only. Begin with {@link Behaviour}, which
 * lists what is asked; {@link Difference} lists where an adapter answers otherwise, and why.
 */
package io.loadline.samples.conformance;
