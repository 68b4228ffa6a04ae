/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring.testing;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

/** Applications that listen to a broker and serve no web. Stateless. */
public final class ListenerApplication {
    private ListenerApplication() {}

    /**
     * Starts {@code application} with beans of the test.
     *
     * @param destination the setting {@code destination}
     * @param beans by name
     * @param settings as {@code key=value}; of several for one key the last one holds
     */
    public static ConfigurableApplicationContext start(
            Class<?> application, String destination, Map<String, ?> beans, List<List<String>> settings) {
        Map<String, String> byKey = new LinkedHashMap<>();
        Stream.concat(
                        Stream.of(
                                "spring.main.banner-mode=off",
                                "logging.level.root=error",
                                "destination=" + destination),
                        settings.stream().flatMap(List::stream))
                .map(setting -> setting.split("=", 2))
                .forEach(setting -> byKey.put(setting[0], setting[1]));
        return new SpringApplicationBuilder(application)
                .web(WebApplicationType.NONE)
                .registerShutdownHook(false)
                .initializers(context -> beans.forEach(context.getBeanFactory()::registerSingleton))
                .run(byKey.entrySet().stream()
                        .map(setting -> "--" + setting.getKey() + "=" + setting.getValue())
                        .toArray(String[]::new));
    }
}
