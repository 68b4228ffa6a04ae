/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.quarkus.runtime;

import io.loadline.Loadline;
import io.loadline.availability.DependencyCheck;
import io.loadline.drain.DrainPhase;
import io.loadline.quarkus.runtime.config.LoadlineConfig;
import io.loadline.quarkus.runtime.drain.DrainParticipants;
import io.loadline.quarkus.runtime.http.HttpAdmission;
import io.loadline.quarkus.runtime.method.MethodGuards;
import io.loadline.quarkus.runtime.method.MethodLimits;
import io.quarkus.arc.All;
import io.quarkus.runtime.LaunchMode;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.vertx.http.DomainSocketServerStart;
import io.quarkus.vertx.http.HttpServerStart;
import io.quarkus.vertx.http.HttpsServerStart;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.event.ObservesAsync;
import jakarta.inject.Inject;
import jakarta.inject.Provider;
import jakarta.inject.Singleton;
import jakarta.interceptor.Interceptor;
import java.util.List;
import org.eclipse.microprofile.config.ConfigProvider;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Ties the life of the service's {@link Loadline} to that of its application. Thread-safe. */
@Singleton
public class ServiceLifecycle {
    /*
     * The heartbeat runs from before the first observer of the application, and all that can be wrong with settings is found
     * by then: the server does not listen yet. What the application does upon the same event belongs to the start; stages
     * begin when the server listens, where a signal can interrupt them.
     *
     * Quarkus stops in the opposite order of its start, so the last observer of its end comes after the server has closed.
     * The drain comes before all of that: DrainOnShutdown.
     */
    private static final Logger LOG = LoggerFactory.getLogger(ServiceLifecycle.class);
    private static final int FIRST = Interceptor.Priority.PLATFORM_BEFORE;
    private static final int LAST = Integer.MAX_VALUE;

    private final Loadline loadline;
    private final LoadlineConfig config;
    private final ApplicationMeters meters;
    private final ApplicationStages stages;
    private final Provider<HttpAdmission> admission;
    private final MethodLimits limits;
    private final MethodGuards guards;
    private final DrainParticipants participants;
    private final List<DependencyCheck> dependencies;
    private final ListeningServer server;

    @Inject
    ServiceLifecycle(
            Loadline loadline,
            LoadlineConfig config,
            ApplicationMeters meters,
            ApplicationStages stages,
            Provider<HttpAdmission> admission,
            MethodLimits limits,
            MethodGuards guards,
            DrainParticipants participants,
            @All List<DependencyCheck> dependencies,
            ListeningServer server) {
        this.loadline = loadline;
        this.config = config;
        this.meters = meters;
        this.stages = stages;
        this.admission = admission;
        this.limits = limits;
        this.guards = guards;
        this.participants = participants;
        this.dependencies = dependencies;
        this.server = server;
    }

    void starting(@Observes @Priority(FIRST) StartupEvent event) {
        if (!config.enabled()) {
            stages.runInline();
            return;
        }
        dependencies.forEach(loadline.dependencies()::add);
        stages.plan(loadline.startup());
        admission.get().collect();
        limits.prepare();
        guards.prepare();
        participants.addTo(loadline.drain());
        if (!publishesLater()) {
            meters.publish(loadline);
        }
        OtherShutdownSettings.warn();
        Loadline unused = loadline.start();
    }

    /** Where no server will tell that it listens: there is none, or a virtual one, or it listens since before a live reload. */
    void started(@Observes @Priority(LAST) StartupEvent event) {
        if (LaunchMode.current() == LaunchMode.DEVELOPMENT || !isServing()) {
            begin("application started");
        }
    }

    void listening(@ObservesAsync HttpServerStart event) {
        begin("server listens");
    }

    void listening(@ObservesAsync HttpsServerStart event) {
        begin("server listens");
    }

    void listening(@ObservesAsync DomainSocketServerStart event) {
        begin("server listens");
    }

    void stopped(@Observes @Priority(LAST) ShutdownEvent event) {
        if (loadline.drain().phase() == DrainPhase.CLOSING) {
            loadline.drain().closed();
        }
        loadline.close();
    }

    private void begin(String reason) {
        if (config.enabled()) {
            if (publishesLater()) {
                publish();
            }
            boolean unused = loadline.startup().begin(reason);
        }
    }

    /** Nobody would hear of its failure, and a service without meters serves. */
    private void publish() {
        try {
            meters.publish(loadline);
        } catch (RuntimeException e) {
            LOG.error("The meters of Loadline cannot be bound: it works, and nobody sees it", e);
        }
    }

    /**
     * To bind some hundred meters would hold up the start; the service is not ready before that has been tried. Tests read them
     * as soon as the application has started.
     */
    private static boolean publishesLater() {
        return LaunchMode.current() == LaunchMode.NORMAL;
    }

    private boolean isServing() {
        return server.expected() && isHttpEnabled();
    }

    private static boolean isHttpEnabled() {
        return isSet("quarkus.http.host-enabled", true) || isSet("quarkus.http.domain-socket-enabled", false);
    }

    private static boolean isSet(String key, boolean otherwise) {
        return ConfigProvider.getConfig().getOptionalValue(key, Boolean.class).orElse(otherwise);
    }
}
