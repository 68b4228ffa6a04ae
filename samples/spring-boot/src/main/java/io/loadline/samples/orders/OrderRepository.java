/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.samples.orders;

import io.loadline.samples.orders.Order.Customer;
import io.loadline.samples.orders.Order.OrderLine;
import java.math.BigDecimal;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** Reads orders from the database. Thread-safe. */
@Repository
class OrderRepository {
    private static final String BY_ID = """
            select o.id, o.status, o.placed_at, c.id as customer_id, c.name, c.city, l.product, l.quantity, l.unit_price
              from orders o
              join customer c on c.id = o.customer_id
              join order_line l on l.order_id = o.id
             where o.id = :id
             order by l.position
            """;

    private final JdbcClient jdbc;

    OrderRepository(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    Optional<Order> findById(long id) {
        return jdbc.sql(BY_ID).param("id", id).query(OrderRepository::readOrder);
    }

    /* One row per line: what belongs to the order itself is read from the first. */
    private static Optional<Order> readOrder(ResultSet rows) throws SQLException {
        if (!rows.next()) {
            return Optional.empty();
        }
        long id = rows.getLong("id");
        String status = rows.getString("status");
        LocalDateTime placedAt = rows.getObject("placed_at", LocalDateTime.class);
        Customer customer = new Customer(rows.getLong("customer_id"), rows.getString("name"), rows.getString("city"));
        List<OrderLine> lines = new ArrayList<>();
        do {
            lines.add(new OrderLine(
                    rows.getString("product"), rows.getInt("quantity"), rows.getBigDecimal("unit_price")));
        } while (rows.next());
        BigDecimal total = lines.stream().map(OrderLine::price).reduce(BigDecimal.ZERO, BigDecimal::add);
        return Optional.of(new Order(id, status, placedAt, customer, lines, total));
    }
}
