/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.bind.DataObjectPropertyName;
import org.springframework.boot.context.properties.bind.UnboundConfigurationPropertiesException;
import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.core.Ordered;

/** Tells a person which of our settings is unknown or has a value of the wrong type, and what is allowed. Stateless. */
final class WrongTypeFailureAnalyzer extends AbstractFailureAnalyzer<BindException> implements Ordered {
    private static final String PREFIX = "loadline";

    @Override
    protected @Nullable FailureAnalysis analyze(Throwable rootFailure, BindException cause) {
        if (!cause.getName().toString().equals(PREFIX)
                && !cause.getName().toString().startsWith(PREFIX + ".")) {
            return null;
        }
        if (cause.getCause() instanceof UnboundConfigurationPropertiesException unbound) {
            ConfigurationProperty first =
                    unbound.getUnboundProperties().iterator().next();
            String known = keys(PREFIX, LoadlineProperties.class).collect(Collectors.joining(", "));
            return analysis(first, "there is no such setting", "it is one of " + known, cause);
        }
        ConfigurationProperty property = cause.getProperty();
        if (property == null) {
            return null;
        }
        Class<?> type = cause.getTarget().getType().resolve(Object.class);
        return analysis(property, "this is not " + allowed(type), "it is " + allowed(type), cause);
    }

    private static FailureAnalysis analysis(
            ConfigurationProperty property, String reason, String allowed, BindException cause) {
        String description = "The setting %s cannot be used:%n%n    Value: %s%n    Origin: %s%n    Reason: %s"
                .formatted(property.getName(), property.getValue(), property.getOrigin(), reason);
        return new FailureAnalysis(description, "Change " + property.getName() + " so that " + allowed + ".", cause);
    }

    private static String allowed(Class<?> type) {
        if (type.isEnum()) {
            return Arrays.stream(type.getEnumConstants())
                    .map(constant ->
                            constant.toString().toLowerCase(Locale.ROOT).replace('_', '-'))
                    .collect(Collectors.joining(", ", "one of ", ""));
        }
        if (type == Duration.class) {
            return "a duration such as 500ms, 25s or 1m";
        }
        if (type == Integer.class) {
            return "a whole number";
        }
        if (type == Double.class) {
            return "a number";
        }
        return type == boolean.class || type == Boolean.class ? "true or false" : "a " + type.getSimpleName();
    }

    private static Stream<String> keys(String prefix, Class<?> type) {
        return Arrays.stream(type.getRecordComponents()).flatMap(component -> keys(prefix, component));
    }

    private static Stream<String> keys(String prefix, RecordComponent component) {
        String key = prefix + "." + DataObjectPropertyName.toDashedForm(component.getName());
        if (component.getGenericType() instanceof ParameterizedType map
                && component.getType() == Map.class
                && map.getActualTypeArguments()[1] instanceof Class<?> value) {
            return keys(key + ".*", value);
        }
        return component.getType().isRecord() ? keys(key, component.getType()) : Stream.of(key);
    }

    /** Before the analyzers of Spring Boot, which know the types but not what is meant. */
    @Override
    public int getOrder() {
        return HIGHEST_PRECEDENCE;
    }
}
