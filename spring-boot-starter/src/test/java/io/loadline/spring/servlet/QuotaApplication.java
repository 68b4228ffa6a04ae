/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring.servlet;

import io.loadline.spring.testing.HeldApplication;
import jakarta.servlet.Filter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import java.security.Principal;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;

/** Takes a header for the user, where Spring Security's chain is. */
class QuotaApplication extends HeldApplication {

    @Bean
    FilterRegistrationBean<Filter> security() {
        FilterRegistrationBean<Filter> security =
                new FilterRegistrationBean<>((request, response, chain) -> chain.doFilter(
                        new HttpServletRequestWrapper((HttpServletRequest) request) {
                            @Override
                            public Principal getUserPrincipal() {
                                String user = getHeader("X-User");
                                return user == null ? null : () -> user;
                            }
                        },
                        response));
        security.setOrder(-100);
        return security;
    }
}
