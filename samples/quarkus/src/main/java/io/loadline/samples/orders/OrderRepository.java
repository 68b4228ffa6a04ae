/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.samples.orders;

import io.agroal.api.AgroalDataSource;
import io.loadline.availability.DependencyCheck;
import io.loadline.samples.orders.Order.Customer;
import io.loadline.samples.orders.Order.OrderLine;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.h2.tools.RunScript;

/** Reads orders from the database. Thread-safe. */
@Singleton
public class OrderRepository {
    private static final String BY_ID = """
            select o.id, o.status, o.placed_at, c.id as customer_id, c.name, c.city, l.product, l.quantity, l.unit_price
              from orders o
              join customer c on c.id = o.customer_id
              join order_line l on l.order_id = o.id
             where o.id = ?
             order by l.position
            """;
    private static final int PATIENCE_SECONDS = 5;

    private final AgroalDataSource database;

    OrderRepository(AgroalDataSource database) {
        this.database = database;
    }

    /** Fills the database, before the server listens. */
    void fill(@Observes StartupEvent event) throws SQLException, IOException {
        try (Connection connection = database.getConnection()) {
            for (String script : List.of("/schema.sql", "/data.sql")) {
                try (InputStream in = OrderRepository.class.getResourceAsStream(script);
                        Reader reader = new InputStreamReader(in, StandardCharsets.UTF_8)) {
                    RunScript.execute(connection, reader);
                }
            }
        }
    }

    /** Must have been there once before the service is ready. */
    @Produces
    @Singleton
    DependencyCheck check() {
        return DependencyCheck.builder("db", this::isThere).build();
    }

    private boolean isThere() throws SQLException {
        try (Connection connection = database.getConnection()) {
            return connection.isValid(PATIENCE_SECONDS);
        }
    }

    Optional<Order> findById(long id) {
        try (Connection connection = database.getConnection();
                PreparedStatement statement = connection.prepareStatement(BY_ID)) {
            statement.setLong(1, id);
            try (ResultSet rows = statement.executeQuery()) {
                return readOrder(rows);
            }
        } catch (SQLException e) {
            throw new IllegalStateException("The order " + id + " could not be read", e);
        }
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
