/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.samples.orders;

import io.loadline.samples.orders.domain.Pool;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.Bean;

/** A small orders service, runnable on Tomcat or on Reactor Netty with the same controllers. */
@SpringBootApplication
public class OrdersApplication {

    public static void main(String[] args) {
        SpringApplication.run(OrdersApplication.class, args);
    }

    /** It is a {@code Saturation}: a bean of such a type tells Loadline how much of a resource is in use. */
    @Bean
    Pool pool() {
        return new Pool();
    }
}
