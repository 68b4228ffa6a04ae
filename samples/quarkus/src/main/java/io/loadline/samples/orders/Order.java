/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.samples.orders;

import java.math.BigDecimal;
import java.time.LocalDateTime;
import java.util.List;

/** An order with its customer and lines, as clients see it. Immutable. */
record Order(
        long id, String status, LocalDateTime placedAt, Customer customer, List<OrderLine> lines, BigDecimal total) {

    record Customer(long id, String name, String city) {}

    record OrderLine(String product, int quantity, BigDecimal unitPrice) {

        BigDecimal price() {
            return unitPrice.multiply(BigDecimal.valueOf(quantity));
        }
    }
}
