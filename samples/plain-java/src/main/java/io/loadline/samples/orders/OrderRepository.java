/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.samples.orders;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.metrics.micrometer.MicrometerMetricsTrackerFactory;
import io.loadline.samples.orders.Order.Customer;
import io.loadline.samples.orders.Order.OrderLine;
import io.micrometer.core.instrument.MeterRegistry;
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
import java.util.Objects;
import java.util.Optional;
import org.h2.tools.RunScript;

/** Reads orders from an embedded database, filled when the repository is made. Thread-safe. */
final class OrderRepository implements AutoCloseable {
    private static final int POOL_SIZE = 10;
    private static final String BY_ID = """
            select o.id, o.status, o.placed_at, c.id as customer_id, c.name, c.city, l.product, l.quantity, l.unit_price
              from orders o
              join customer c on c.id = o.customer_id
              join order_line l on l.order_id = o.id
             where o.id = ?
             order by l.position
            """;

    private final HikariDataSource dataSource;

    OrderRepository(MeterRegistry registry) throws SQLException, IOException {
        HikariConfig config = new HikariConfig();
        config.setPoolName("orders");
        config.setJdbcUrl("jdbc:h2:mem:orders;DB_CLOSE_DELAY=-1");
        config.setMaximumPoolSize(POOL_SIZE);
        config.setMetricsTrackerFactory(new MicrometerMetricsTrackerFactory(registry));
        dataSource = new HikariDataSource(config);
        try (Connection connection = dataSource.getConnection()) {
            run(connection, "/schema.sql");
            run(connection, "/data.sql");
        }
    }

    private static void run(Connection connection, String script) throws SQLException, IOException {
        InputStream resource =
                Objects.requireNonNull(OrderRepository.class.getResourceAsStream(script), script + " is missing");
        try (Reader reader = new InputStreamReader(resource, StandardCharsets.UTF_8)) {
            RunScript.execute(connection, reader);
        }
    }

    /** Whether the database answers. */
    boolean isThere() throws SQLException {
        try (Connection connection = dataSource.getConnection()) {
            return connection.isValid(1);
        }
    }

    Optional<Order> findById(long id) throws SQLException {
        try (Connection connection = dataSource.getConnection();
                PreparedStatement statement = connection.prepareStatement(BY_ID)) {
            statement.setLong(1, id);
            try (ResultSet rows = statement.executeQuery()) {
                return readOrder(rows);
            }
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

    @Override
    public void close() {
        dataSource.close();
    }
}
