/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.quarkus.deployment;

import io.loadline.quarkus.runtime.ListeningServer;
import io.loadline.quarkus.runtime.LoadlineRecorder;
import io.loadline.quarkus.runtime.http.EndpointPaths;
import io.loadline.quarkus.runtime.http.RestWorkTeller;
import io.quarkus.arc.deployment.SyntheticBeanBuildItem;
import io.quarkus.deployment.Capabilities;
import io.quarkus.deployment.Capability;
import io.quarkus.deployment.annotations.BuildProducer;
import io.quarkus.deployment.annotations.BuildStep;
import io.quarkus.deployment.annotations.ExecutionTime;
import io.quarkus.deployment.annotations.Record;
import io.quarkus.deployment.builditem.CombinedIndexBuildItem;
import io.quarkus.deployment.builditem.LaunchModeBuildItem;
import io.quarkus.resteasy.reactive.server.spi.GlobalHandlerCustomizerBuildItem;
import io.quarkus.runtime.LaunchMode;
import io.quarkus.vertx.http.deployment.FilterBuildItem;
import io.quarkus.vertx.http.deployment.HttpRootPathBuildItem;
import io.quarkus.vertx.http.deployment.NonApplicationRootPathBuildItem;
import io.quarkus.vertx.http.deployment.RequireBodyHandlerBuildItem;
import io.quarkus.vertx.http.deployment.RequireSocketHttpBuildItem;
import io.quarkus.vertx.http.deployment.RequireVirtualHttpBuildItem;
import io.quarkus.vertx.http.deployment.RouteBuildItem;
import io.quarkus.vertx.http.runtime.VertxHttpBuildTimeConfig;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.eclipse.microprofile.config.Config;
import org.eclipse.microprofile.config.ConfigProvider;

/** Puts the limiter in front of the endpoints, and the reads beside them. */
class HttpProcessor {
    /* After CORS, so that browsers are told of refusals, and before security: refusing is to cost little. */
    private static final int PRIORITY = 250;
    /* Where the body handler is for all requests it comes first of all, but after a filter of the highest priority. */
    private static final int BEFORE_BODY = Integer.MAX_VALUE;
    /* After authentication and authorization. */
    private static final int AFTER_SECURITY = 50;

    private static final String ROOT = "/loadline";
    /* Whoever scales asks when workers are short: by the event loop. */
    private static final List<String> PROMPT = List.of("", "load");
    private static final List<String> READS =
            List.of("", "load", "startup", "memory", "advice", "advice.yaml", "settings");

    @BuildStep
    @Record(ExecutionTime.RUNTIME_INIT)
    void filters(
            LoadlineRecorder recorder,
            List<RequireBodyHandlerBuildItem> bodyHandler,
            BuildProducer<FilterBuildItem> filters) {
        if (!bodyHandler.isEmpty()) {
            filters.produce(new FilterBuildItem(recorder.admission(true), BEFORE_BODY));
        }
        filters.produce(new FilterBuildItem(recorder.admission(false), PRIORITY));
        filters.produce(new FilterBuildItem(recorder.principalQuota(), AFTER_SECURITY));
    }

    /** Quarkus REST alone knows when its workers have done with a request whose client has gone. */
    @BuildStep
    void rest(Capabilities capabilities, BuildProducer<GlobalHandlerCustomizerBuildItem> customizers) {
        if (capabilities.isPresent(Capability.RESTEASY_REACTIVE)) {
            customizers.produce(new GlobalHandlerCustomizerBuildItem(new RestWorkTeller()));
        }
    }

    /** Functions have no server that would tell that it listens. */
    @BuildStep
    @Record(ExecutionTime.STATIC_INIT)
    SyntheticBeanBuildItem socket(
            LoadlineRecorder recorder,
            LaunchModeBuildItem mode,
            VertxHttpBuildTimeConfig config,
            Optional<RequireVirtualHttpBuildItem> virtual,
            Optional<RequireSocketHttpBuildItem> required) {
        boolean opened = opensSocket(
                mode.getLaunchMode(),
                config.virtual() || virtual.isPresent(),
                virtual.map(RequireVirtualHttpBuildItem::isAlwaysVirtual).orElse(false),
                required.isPresent());
        return SyntheticBeanBuildItem.configure(ListeningServer.class)
                .scope(Singleton.class)
                .unremovable()
                .runtimeValue(recorder.socket(opened))
                .done();
    }

    /** As Quarkus decides it. */
    static boolean opensSocket(LaunchMode mode, boolean virtual, boolean always, boolean required) {
        return required || (!always && !(virtual && mode.isProduction()));
    }

    /** On the management interface, if there is one. */
    @BuildStep
    @Record(ExecutionTime.RUNTIME_INIT)
    void reads(LoadlineRecorder recorder, NonApplicationRootPathBuildItem root, BuildProducer<RouteBuildItem> routes) {
        for (String part : READS) {
            RouteBuildItem.Builder route =
                    root.routeBuilder().management().route(path(part)).handler(recorder.status(part));
            routes.produce(
                    PROMPT.contains(part)
                            ? route.build()
                            : route.blockingRoute().build());
        }
    }

    @BuildStep
    @Record(ExecutionTime.STATIC_INIT)
    SyntheticBeanBuildItem paths(
            LoadlineRecorder recorder,
            CombinedIndexBuildItem index,
            HttpRootPathBuildItem http,
            NonApplicationRootPathBuildItem root) {
        EndpointScanner endpoints = EndpointScanner.scan(index.getIndex(), http.getRootPath());
        return SyntheticBeanBuildItem.configure(EndpointPaths.class)
                .scope(Singleton.class)
                .unremovable()
                .runtimeValue(recorder.paths(
                        endpoints.routes(), endpoints.eventStreams(), untouched(http, root), untouchedBelow(root)))
                .done();
    }

    private static String path(String part) {
        return part.isEmpty() ? ROOT : ROOT + "/" + part;
    }

    /** Served by Loadline itself, or probes and scrapes, by convention or by the settings of the extensions that serve them. */
    private static List<String> untouched(HttpRootPathBuildItem http, NonApplicationRootPathBuildItem root) {
        List<String> paths = new ArrayList<>();
        for (String probe : List.of("/livez", "/readyz", "/startupz")) {
            paths.add(probe);
            paths.add(EndpointScanner.join(http.getRootPath(), probe));
        }
        READS.forEach(part -> paths.add(path(part)));
        String health = setting("quarkus.smallrye-health.root-path", "health");
        paths.add(root.resolvePath(health));
        Stream.of(
                        setting("quarkus.smallrye-health.liveness-path", "live"),
                        setting("quarkus.smallrye-health.readiness-path", "ready"),
                        setting("quarkus.smallrye-health.startup-path", "started"),
                        setting("quarkus.smallrye-health.wellness-path", "well"))
                .map(path -> root.resolveNestedPath(health, path))
                .forEach(paths::add);
        paths.add(root.resolvePath(setting("quarkus.micrometer.export.prometheus.path", "metrics")));
        return paths;
    }

    /** What is not the application's, unless the application is at the same place or below it. */
    static List<String> untouchedBelow(NonApplicationRootPathBuildItem root) {
        String path = root.getNonApplicationRootPath();
        String base = path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
        boolean holdsAll = root.getNormalizedHttpRootPath().startsWith(base + '/');
        return root.isDedicatedRouterRequired() && !holdsAll ? List.of(base) : List.of();
    }

    private static String setting(String key, String otherwise) {
        Config config = ConfigProvider.getConfig();
        return config.getOptionalValue(key, String.class).orElse(otherwise);
    }
}
