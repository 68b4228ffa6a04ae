/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.samples.orders;

import java.math.BigDecimal;

/** What customers of one city have ordered. Immutable. */
record Sales(String city, long orders, BigDecimal total) {}
