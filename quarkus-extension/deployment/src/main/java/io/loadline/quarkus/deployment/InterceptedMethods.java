/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.quarkus.deployment;

import jakarta.interceptor.Interceptor;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jboss.jandex.AnnotationInstance;
import org.jboss.jandex.AnnotationTarget;
import org.jboss.jandex.ClassInfo;
import org.jboss.jandex.DotName;
import org.jboss.jandex.IndexView;
import org.jboss.jandex.MethodInfo;
import org.jspecify.annotations.Nullable;

/**
 * Looks at what is to be intercepted, and says why it cannot be: the container would only leave it as it is. Confined to the
 * build's thread.
 *
 * <p>What is final the container opens, or refuses itself.
 */
final class InterceptedMethods {
    private static final DotName CLIENT =
            DotName.createSimple("org.eclipse.microprofile.rest.client.inject.RegisterRestClient");
    private static final DotName INTERCEPTOR = DotName.createSimple(Interceptor.class);
    private static final DotName OF_REACTIVE_STREAMS = DotName.createSimple("org.reactivestreams.Publisher");
    private static final Set<DotName> STREAMS = Set.of(
            DotName.createSimple("io.smallrye.mutiny.Multi"),
            DotName.createSimple("java.util.concurrent.Flow$Publisher"),
            OF_REACTIVE_STREAMS);
    private static final Set<DotName> CHANNELS = Stream.of(
                    "org.eclipse.microprofile.reactive.messaging.Incoming",
                    "org.eclipse.microprofile.reactive.messaging.Outgoing",
                    "io.smallrye.reactive.messaging.annotations.Incomings",
                    "io.smallrye.reactive.messaging.annotations.Outgoings")
            .map(DotName::createSimple)
            .collect(Collectors.toUnmodifiableSet());

    private final IndexView index;
    private final DotName annotation;
    private final Set<DotName> beanClasses;
    private final boolean knowsStreams;

    /** Of {@code annotation}; {@code beanClasses} are those of beans, {@code knowsStreams} says whether the end of a Multi is seen. */
    InterceptedMethods(IndexView index, DotName annotation, Set<DotName> beanClasses, boolean knowsStreams) {
        this.index = index;
        this.annotation = annotation;
        this.beanClasses = beanClasses;
        this.knowsStreams = knowsStreams;
    }

    /** Where the annotation stands, methods and classes, in an order of its own. */
    List<AnnotationInstance> all() {
        return index.getAnnotations(annotation).stream()
                .filter(each -> each.target().kind() == AnnotationTarget.Kind.METHOD
                        || each.target().kind() == AnnotationTarget.Kind.CLASS)
                .sorted(Comparator.comparing(InterceptedMethods::place))
                .toList();
    }

    /** What people call the place where {@code found} stands. */
    static String place(AnnotationInstance found) {
        return found.target().kind() == AnnotationTarget.Kind.CLASS
                ? found.target().asClass().name().toString()
                : found.target().asMethod().declaringClass().name() + "#"
                        + found.target().asMethod().name();
    }

    /** Why calls there cannot be intercepted; null if they can. */
    @Nullable
    String whyNot(AnnotationInstance found) {
        boolean onMethod = found.target().kind() == AnnotationTarget.Kind.METHOD;
        ClassInfo type = onMethod
                ? found.target().asMethod().declaringClass()
                : found.target().asClass();
        if (type.isAnnotation() || type.hasDeclaredAnnotation(INTERCEPTOR)) {
            // It is part of a stereotype or another binding, which stand elsewhere; or this is what intercepts.
            return null;
        }
        String why = onMethod ? whyNot(found.target().asMethod()) : streaming(type);
        if (why != null) {
            return why;
        }
        if (type.isInterface()) {
            return isOfClient(found)
                    ? null
                    : type.name().withoutPackagePrefix()
                            + " is an interface, whose annotations its beans do not inherit. Annotate the class of the bean.";
        }
        return isBean(type) ? null : "no bean is a " + type.name().withoutPackagePrefix() + ". Give it a scope.";
    }

    /** Whether it stands on a REST client, or on a method of one. */
    static boolean isOfClient(AnnotationInstance found) {
        ClassInfo type = found.target().kind() == AnnotationTarget.Kind.METHOD
                ? found.target().asMethod().declaringClass()
                : found.target().asClass();
        return type.hasDeclaredAnnotation(CLIENT);
    }

    private @Nullable String whyNot(MethodInfo method) {
        if (Modifier.isPrivate(method.flags()) || Modifier.isStatic(method.flags())) {
            return "it is private or static, so that its bean does not have it. Leave that out.";
        }
        String streaming = streaming(method);
        return streaming == null ? null : "it " + streaming + " Annotate what handles its items.";
    }

    /** All methods of a class are meant, those it has by now. */
    private @Nullable String streaming(ClassInfo type) {
        for (MethodInfo method : type.methods()) {
            String streaming = streaming(method);
            if (streaming != null && !Modifier.isPrivate(method.flags()) && !Modifier.isStatic(method.flags())) {
                return "its method " + method.name() + " " + streaming + " Annotate the other methods alone.";
            }
        }
        return null;
    }

    /** What it returns, if that is a stream whose end is not that of a call. */
    private @Nullable String streaming(MethodInfo method) {
        DotName type = method.returnType().name();
        if (!STREAMS.contains(type)) {
            return null;
        }
        String returns = "returns a " + type.withoutPackagePrefix();
        if (!knowsStreams || type.equals(OF_REACTIVE_STREAMS)) {
            return returns + ", of which nobody knows how long it lasts.";
        }
        return CHANNELS.stream().anyMatch(method::hasDeclaredAnnotation)
                ? returns + " of a channel, which lasts as long as the service."
                : null;
    }

    /** It, or what extends it. */
    private boolean isBean(ClassInfo type) {
        return beanClasses.contains(type.name())
                || index.getAllKnownSubclasses(type.name()).stream()
                        .anyMatch(each -> beanClasses.contains(each.name()));
    }

    /** The values of {@code names} in {@code found}, with an empty text for those that are not told. */
    static List<String> texts(AnnotationInstance found, String... names) {
        Function<String, String> text =
                name -> found.value(name) == null ? "" : found.value(name).asString();
        return Arrays.stream(names).map(text).toList();
    }
}
