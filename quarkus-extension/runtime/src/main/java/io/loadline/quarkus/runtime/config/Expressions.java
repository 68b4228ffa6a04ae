/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.quarkus.runtime.config;

import io.quarkus.runtime.configuration.ConfigurationException;
import io.smallrye.common.expression.Expression;
import org.eclipse.microprofile.config.ConfigProvider;

/** What stands in annotations in place of settings. Stateless. */
public final class Expressions {
    private Expressions() {}

    /**
     * Replaces expressions such as {@code ${orders.rows:32M}}.
     *
     * @throws ConfigurationException if nothing is set for one that has no default
     */
    public static String resolve(String text) {
        if (text.indexOf('$') < 0) {
            return text.strip();
        }
        return Expression.compile(text, Expression.Flag.LENIENT_SYNTAX)
                .evaluate((context, target) -> {
                    String value = ConfigProvider.getConfig()
                            .getOptionalValue(context.getKey(), String.class)
                            .orElse(null);
                    if (value != null) {
                        target.append(value);
                    } else if (context.hasDefault()) {
                        context.expandDefault();
                    } else {
                        throw new ConfigurationException("Nothing is set for " + context.getKey() + " in " + text);
                    }
                })
                .strip();
    }
}
