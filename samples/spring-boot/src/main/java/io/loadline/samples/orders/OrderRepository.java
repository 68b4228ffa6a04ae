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

    private static final String BOUGHT_TOGETHER = """
            select other.product
              from order_line mine
              join order_line same on same.product = mine.product
              join order_line other on other.order_id = same.order_id
             where mine.order_id = :id
               and other.product not in (select product from order_line where order_id = :id)
             group by other.product
             order by count(*) desc, other.product
             limit 3
            """;

    private static final String SALES_BY_CITY = """
            select c.city, count(distinct o.id) as orders, sum(l.quantity * l.unit_price) as total
              from customer c
              join orders o on o.customer_id = c.id
              join order_line l on l.order_id = o.id
             group by c.city
             order by c.city
            """;

    private final JdbcClient jdbc;

    OrderRepository(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    Optional<Order> findById(long id) {
        return jdbc.sql(BY_ID).param("id", id).query(OrderRepository::readOrder);
    }

    /** Products that are most often in one order with those of {@code id}. */
    List<String> boughtTogether(long id) {
        return jdbc.sql(BOUGHT_TOGETHER).param("id", id).query(String.class).list();
    }

    List<Sales> salesByCity() {
        return jdbc.sql(SALES_BY_CITY)
                .query((row, number) ->
                        new Sales(row.getString("city"), row.getLong("orders"), row.getBigDecimal("total")))
                .list();
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
