/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
/** What the orders service does and has, whatever carries it: nothing here is needed to use Loadline. */
package io.loadline.samples.orders.domain;
