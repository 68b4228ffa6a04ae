/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.samples.orders;

import io.agroal.api.AgroalDataSource;
import io.loadline.quarkus.ConcurrencyLimited;
import jakarta.inject.Singleton;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** Reads what all orders come to from the database. Thread-safe. */
@Singleton
public class SalesRepository {
    private static final String SALES_BY_CITY = """
            select c.city, count(distinct o.id) as orders, sum(l.quantity * l.unit_price) as total
              from customer c
              join orders o on o.customer_id = c.id
              join order_line l on l.order_id = o.id
             group by c.city
             order by c.city
            """;

    private final AgroalDataSource database;

    SalesRepository(AgroalDataSource database) {
        this.database = database;
    }

    /** Who finds no place in time fails, and who has asked for it by HTTP gets a 503. */
    @ConcurrencyLimited(limiter = "reports", maxWait = "${orders.reports.patience:200ms}")
    List<Sales> byCity() {
        try (Connection connection = database.getConnection();
                PreparedStatement statement = connection.prepareStatement(SALES_BY_CITY);
                ResultSet rows = statement.executeQuery()) {
            List<Sales> sales = new ArrayList<>();
            while (rows.next()) {
                sales.add(new Sales(rows.getString("city"), rows.getLong("orders"), rows.getBigDecimal("total")));
            }
            return sales;
        } catch (SQLException e) {
            throw new IllegalStateException("Sales could not be read", e);
        }
    }
}
