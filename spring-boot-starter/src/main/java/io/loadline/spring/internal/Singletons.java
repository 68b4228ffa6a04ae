/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring.internal;

import java.util.LinkedHashMap;
import java.util.Map;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;

/** Looks beans up without making any: an application that leaves begins nothing. Stateless. */
public final class Singletons {
    private Singletons() {}

    /** The singletons of this type that exist, by name. */
    public static <T> Map<String, T> of(ConfigurableListableBeanFactory beans, Class<T> type) {
        Map<String, T> found = new LinkedHashMap<>();
        for (String name : beans.getBeanNamesForType(type, false, false)) {
            Object bean = beans.getSingleton(name);
            if (type.isInstance(bean)) {
                found.put(name, type.cast(bean));
            }
        }
        return found;
    }
}
