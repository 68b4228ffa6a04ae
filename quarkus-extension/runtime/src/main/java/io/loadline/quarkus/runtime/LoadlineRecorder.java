/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.quarkus.runtime;

import io.loadline.Loadline;
import io.loadline.quarkus.runtime.config.LoadlineConfig;
import io.loadline.quarkus.runtime.http.AdmissionFilter;
import io.loadline.quarkus.runtime.http.EndpointPaths;
import io.loadline.quarkus.runtime.http.PrincipalQuotaFilter;
import io.loadline.quarkus.runtime.http.StatusHandler;
import io.loadline.quarkus.runtime.method.GuardNames;
import io.loadline.quarkus.runtime.method.LimitedMethods;
import io.loadline.quarkus.runtime.queue.QueueReader;
import io.quarkus.arc.SyntheticCreationalContext;
import io.quarkus.runtime.RuntimeValue;
import io.quarkus.runtime.annotations.Recorder;
import io.vertx.core.Handler;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Makes at run time what the build has decided on. Stateless but for the settings. */
@Recorder
public class LoadlineRecorder {
    private final RuntimeValue<LoadlineConfig> config;

    /** Reads {@code config} when the application starts. */
    public LoadlineRecorder(RuntimeValue<LoadlineConfig> config) {
        this.config = config;
    }

    /**
     * Reads the settings, before anything that uses them is made.
     *
     * @param queues the kinds of queues that can be read
     * @throws io.quarkus.runtime.configuration.ConfigurationException if one is wrong
     */
    public void checkSettings(List<QueueReader.Kind> queues) {
        SettingsCheck.run(config.getValue(), queues);
    }

    /** Whether a server will listen. */
    public RuntimeValue<ListeningServer> socket(boolean opened) {
        return new RuntimeValue<>(new ListeningServer(opened));
    }

    /** Makes the service's one Loadline, when somebody asks for it. */
    public Function<SyntheticCreationalContext<Loadline>, Loadline> loadline() {
        return context -> context.getInjectedReference(LoadlineMaker.class).make(config.getValue());
    }

    /** What the build knows of the application's paths. */
    public RuntimeValue<EndpointPaths> paths(
            List<String> routes, List<String> eventStreams, List<String> untouched, List<String> untouchedBelow) {
        return new RuntimeValue<>(new EndpointPaths(routes, eventStreams, untouched, untouchedBelow));
    }

    /** The methods of beans that are to be stages. */
    public RuntimeValue<StageMethods> stageMethods(List<StageMethods.Found> found) {
        return new RuntimeValue<>(new StageMethods(found));
    }

    /** The methods of beans whose calls are to be limited. */
    public RuntimeValue<LimitedMethods> limitedMethods(List<LimitedMethods.Found> found) {
        return new RuntimeValue<>(new LimitedMethods(found));
    }

    /** The names of guards in annotations, and those of clients and of their methods. */
    public RuntimeValue<GuardNames> guardNames(List<String> names, Map<String, String> ofClients) {
        return new RuntimeValue<>(new GuardNames(names, ofClients));
    }

    /**
     * What admits requests; null, which is no filter at all, if Loadline is switched off.
     *
     * @param early whether it comes before the body handler
     */
    public @Nullable Handler<RoutingContext> admission(boolean early) {
        return config.getValue().enabled() ? new AdmissionFilter(early) : null;
    }

    /** What asks for the quota of those whom security has found out; null as for {@link #admission}. */
    public @Nullable Handler<RoutingContext> principalQuota() {
        return config.getValue().enabled() && PrincipalQuotaFilter.isNeeded(config.getValue())
                ? new PrincipalQuotaFilter()
                : null;
    }

    /** What serves {@code part} of the status. */
    public Handler<RoutingContext> status(String part) {
        return new StatusHandler(part, config.getValue().enabled());
    }
}
