/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.quarkus.deployment;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.eclipse.microprofile.config.ConfigProvider;
import org.jboss.jandex.AnnotationInstance;
import org.jboss.jandex.AnnotationTarget;
import org.jboss.jandex.AnnotationValue;
import org.jboss.jandex.ClassInfo;
import org.jboss.jandex.DotName;
import org.jboss.jandex.IndexView;
import org.jboss.jandex.MethodInfo;
import org.jspecify.annotations.Nullable;

/** Finds the methods and templates of the application's endpoints. Confined to the build's thread. */
final class EndpointScanner {
    /*
     * By the annotations of Jakarta REST alone, which both of Quarkus' implementations read: an endpoint is a class with a path,
     * of its own or of what it extends or implements, and so are its methods. Locators of sub-resources have no template that
     * would be known; their requests have no route of their own.
     */
    private static final DotName PATH = DotName.createSimple("jakarta.ws.rs.Path");
    private static final DotName PRODUCES = DotName.createSimple("jakarta.ws.rs.Produces");
    private static final DotName APPLICATION_PATH = DotName.createSimple("jakarta.ws.rs.ApplicationPath");
    private static final DotName HTTP_METHOD = DotName.createSimple("jakarta.ws.rs.HttpMethod");
    private static final List<String> METHODS = List.of("GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS");
    private static final String EVENTS = "text/event-stream";

    private final IndexView index;
    private final Map<DotName, String> methods = new HashMap<>();
    private final Set<String> routes = new TreeSet<>();
    private final Set<String> eventStreams = new TreeSet<>();
    private final String prefix;

    private EndpointScanner(IndexView index, String rootPath) {
        this.index = index;
        METHODS.forEach(method -> methods.put(DotName.createSimple("jakarta.ws.rs." + method), method));
        for (AnnotationInstance each : index.getAnnotations(HTTP_METHOD)) {
            if (each.target().kind() == AnnotationTarget.Kind.CLASS && each.value() != null) {
                methods.put(each.target().asClass().name(), each.value().asString());
            }
        }
        this.prefix = join(rootPath, applicationPath());
    }

    /** Looks through {@code index}; {@code rootPath} is where the server begins. */
    static EndpointScanner scan(IndexView index, String rootPath) {
        EndpointScanner scanner = new EndpointScanner(index, rootPath);
        Set<ClassInfo> candidates = new LinkedHashSet<>();
        for (AnnotationInstance path : index.getAnnotations(PATH)) {
            if (path.target().kind() == AnnotationTarget.Kind.CLASS) {
                ClassInfo type = path.target().asClass();
                candidates.add(type);
                Collection<ClassInfo> heirs = type.isInterface()
                        ? index.getAllKnownImplementations(type.name())
                        : index.getAllKnownSubclasses(type.name());
                candidates.addAll(heirs);
            }
        }
        candidates.stream()
                .filter(type -> !type.isInterface() && !type.isAbstract())
                .forEach(scanner::add);
        return scanner;
    }

    /** Methods and templates from the root of the server, such as {@code GET /orders/{id}}. */
    List<String> routes() {
        return new ArrayList<>(routes);
    }

    /** Those of them that answer with events only. */
    List<String> eventStreams() {
        return new ArrayList<>(eventStreams);
    }

    private void add(ClassInfo type) {
        List<ClassInfo> lineage = lineage(type);
        String path = lineage.stream()
                .map(each -> each.declaredAnnotation(PATH))
                .filter(each -> each != null)
                .map(each -> each.value().asString())
                .findFirst()
                .orElse("");
        AnnotationInstance produces = lineage.stream()
                .map(each -> each.declaredAnnotation(PRODUCES))
                .filter(each -> each != null)
                .findFirst()
                .orElse(null);
        Set<String> seen = new LinkedHashSet<>();
        for (ClassInfo each : lineage) {
            for (MethodInfo method : each.methods()) {
                String verb = verb(method);
                // What is overridden counts as its heir says, if that says anything.
                if (verb != null && seen.add(method.name() + method.parameterTypes())) {
                    add(method, verb, path, produces);
                }
            }
        }
    }

    private void add(MethodInfo method, String verb, String path, @Nullable AnnotationInstance typeProduces) {
        AnnotationInstance own = method.annotation(PATH);
        String route = verb + " "
                + join(join(prefix, path), own == null ? "" : own.value().asString());
        routes.add(route);
        AnnotationInstance produces = method.hasAnnotation(PRODUCES) ? method.annotation(PRODUCES) : typeProduces;
        if (producesEvents(produces)) {
            eventStreams.add(route);
        }
    }

    private @Nullable String verb(MethodInfo method) {
        for (AnnotationInstance each : method.declaredAnnotations()) {
            String verb = methods.get(each.name());
            if (verb != null) {
                return verb;
            }
        }
        return null;
    }

    private static boolean producesEvents(@Nullable AnnotationInstance produces) {
        AnnotationValue value = produces == null ? null : produces.value();
        if (value == null) {
            return false;
        }
        String[] types = value.asStringArray();
        return types.length == 1 && types[0].strip().startsWith(EVENTS);
    }

    /** The type, then what it extends, then what all of these implement. */
    private List<ClassInfo> lineage(ClassInfo type) {
        Set<ClassInfo> lineage = new LinkedHashSet<>();
        ClassInfo above = type;
        while (above != null && lineage.add(above)) {
            above = above.superName() == null ? null : index.getClassByName(above.superName());
        }
        for (ClassInfo each : List.copyOf(lineage)) {
            addInterfaces(each, lineage);
        }
        return new ArrayList<>(lineage);
    }

    private void addInterfaces(ClassInfo type, Set<ClassInfo> lineage) {
        for (DotName name : type.interfaceNames()) {
            ClassInfo each = index.getClassByName(name);
            if (each != null && lineage.add(each)) {
                addInterfaces(each, lineage);
            }
        }
    }

    /** Where the application says that its endpoints begin, or the settings do. */
    private String applicationPath() {
        for (AnnotationInstance each : index.getAnnotations(APPLICATION_PATH)) {
            if (each.value() != null) {
                return each.value().asString();
            }
        }
        var config = ConfigProvider.getConfig();
        return config.getOptionalValue("quarkus.rest.path", String.class)
                .or(() -> config.getOptionalValue("quarkus.resteasy.path", String.class))
                .orElse("");
    }

    /** One path below the other, with one slash between them and none at the end. */
    static String join(String base, String path) {
        String left = base.endsWith("/") ? base.substring(0, base.length() - 1) : base;
        String right = path.startsWith("/") ? path.substring(1) : path;
        if (right.endsWith("/")) {
            right = right.substring(0, right.length() - 1);
        }
        if (right.isEmpty()) {
            return left.isEmpty() ? "/" : left;
        }
        return left + "/" + right;
    }
}
