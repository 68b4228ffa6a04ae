/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.samples.conformance;

import static io.loadline.samples.conformance.Adapter.NETTY;
import static io.loadline.samples.conformance.Adapter.PLAIN_JAVA;
import static io.loadline.samples.conformance.Adapter.QUARKUS;
import static io.loadline.samples.conformance.Adapter.TOMCAT;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Where an adapter does not do what the others do, and why. The suite fails where one of these is not true any more. */
enum Difference {
    QUARKUS_SAYS_DOWN(
            Behaviour.READINESS_BODY,
            Set.of(QUARKUS),
            "\"DOWN\"",
            "MicroProfile Health knows `UP` and `DOWN` only; the check `Loadline readiness` has the state"),
    TOMCAT_CLOSES_AFTER_503(
            Behaviour.KEEP_ALIVE_AFTER_REFUSAL,
            Set.of(TOMCAT),
            "\"close\"",
            "Tomcat itself closes the connection after a 503, as after 400, 408, 411, 413, 414, 500 and 501"),
    PLAIN_JAVA_HAS_ONE_SURFACE(
            Behaviour.MANAGEMENT_ONLY,
            Set.of(PLAIN_JAVA),
            "200",
            "to which of its servers an application adds `ManagementEndpoints` is its own choice; the sample takes both"),
    PLAIN_JAVA_PROBES_HAVE_NO_REPORT(
            Behaviour.REPORT_ON_PROBES,
            Set.of(PLAIN_JAVA),
            "endpoint-load-metrics",
            "filters stand before single contexts of the JDK's server, and none before the endpoints"),
    PLAIN_JAVA_PROBES_KEEP_THEIR_CONNECTION(
            Behaviour.PROBE_CONNECTIONS_CLOSE,
            Set.of(PLAIN_JAVA),
            "null",
            "the same; kubelets open a connection for each probe"),
    EVENT_LOOPS_OF_NETTY(
            Surface.RESOURCES, Set.of(NETTY, QUARKUS), true, "event_loop", "only they serve on event loops"),
    NO_EXECUTOR_OF_QUARKUS(
            Surface.RESOURCES,
            Set.of(QUARKUS),
            false,
            "executor",
            "there is none beside the workers that serve requests; those are the limit's business, as Tomcat's threads are");

    private final Behaviour behaviour;
    private final Set<Adapter> adapters;
    private final @Nullable Surface surface;
    private final boolean more;
    private final String seen;
    private final String reason;

    /** {@code seen} is a part of what the test says when it finds that. */
    Difference(Behaviour behaviour, Set<Adapter> adapters, String seen, String reason) {
        this(behaviour, adapters, null, false, seen, reason);
    }

    /** A name that is there in addition, or is not there. */
    Difference(Surface surface, Set<Adapter> adapters, boolean more, String seen, String reason) {
        this(surface.behaviour(), adapters, surface, more, seen, reason);
    }

    Difference(
            Behaviour behaviour,
            Set<Adapter> adapters,
            @Nullable Surface surface,
            boolean more,
            String seen,
            String reason) {
        this.behaviour = behaviour;
        this.adapters = adapters;
        this.surface = surface;
        this.more = more;
        this.seen = seen;
        this.reason = reason;
    }

    /** What {@code adapter} does instead of {@code behaviour}, if it does not do that. */
    static Optional<Difference> instead(Behaviour behaviour, Adapter adapter) {
        return of(behaviour, adapter).stream()
                .filter(each -> each.surface == null)
                .findFirst();
    }

    static List<Difference> of(Behaviour behaviour, Adapter adapter) {
        return List.of(values()).stream()
                .filter(each -> each.behaviour == behaviour && each.adapters.contains(adapter))
                .toList();
    }

    Behaviour behaviour() {
        return behaviour;
    }

    Set<Adapter> adapters() {
        return adapters;
    }

    @Nullable
    Surface surface() {
        return surface;
    }

    boolean more() {
        return more;
    }

    String seen() {
        return seen;
    }

    /** In Markdown, as the documents have it. */
    String reason() {
        return reason;
    }
}
