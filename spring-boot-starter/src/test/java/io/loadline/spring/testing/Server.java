/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring.testing;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.springframework.boot.WebApplicationType;

/** The servers that tests run on; all are on the class path, so the others must be kept from being chosen. */
public enum Server {
    TOMCAT(WebApplicationType.SERVLET, "jetty.autoconfigure.%s.Jetty"),
    JETTY(WebApplicationType.SERVLET, "tomcat.autoconfigure.%s.Tomcat"),
    NETTY(WebApplicationType.REACTIVE, "jetty.autoconfigure.%s.Jetty", "tomcat.autoconfigure.%s.Tomcat");

    private final WebApplicationType type;
    private final List<String> others;

    Server(WebApplicationType type, String... others) {
        this.type = type;
        this.others = List.of(others);
    }

    WebApplicationType type() {
        return type;
    }

    /** The argument of an application that leaves out the other servers. */
    String argument() {
        String kind = type == WebApplicationType.SERVLET ? "servlet" : "reactive";
        String name = type == WebApplicationType.SERVLET ? "Servlet" : "Reactive";
        return others.stream()
                .flatMap(other -> Stream.of(
                        other.formatted(kind) + name + "WebServerAutoConfiguration",
                        other.formatted("actuate.web.server") + name + "ManagementContextAutoConfiguration"))
                .map(other -> "org.springframework.boot." + other)
                .collect(Collectors.joining(",", "--spring.autoconfigure.exclude=", ""));
    }
}
