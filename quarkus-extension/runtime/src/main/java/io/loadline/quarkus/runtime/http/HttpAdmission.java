/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.quarkus.runtime.http;

import static io.loadline.quarkus.runtime.config.Setting.list;
import static io.loadline.quarkus.runtime.config.Setting.refused;

import io.loadline.Loadline;
import io.loadline.drain.DrainCoordinator;
import io.loadline.limit.CallContext;
import io.loadline.limit.ContextHeaders;
import io.loadline.limit.Rejection;
import io.loadline.limit.Route;
import io.loadline.quarkus.runtime.ApplicationStages;
import io.loadline.quarkus.runtime.config.LimitConfig;
import io.loadline.quarkus.runtime.config.LimitSettings;
import io.loadline.quarkus.runtime.config.LoadlineConfig;
import io.loadline.quarkus.runtime.config.QuotaSettings;
import io.loadline.signal.OrcaHeader;
import io.loadline.signal.OrcaReports;
import io.loadline.startup.WarmUp;
import io.loadline.time.Registration;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Admits requests, refuses what exceeds the limit, and asks for closed connections while draining. Thread-safe. */
@Singleton
public class HttpAdmission {
    /*
     * All of it happens on the event loop of the connection, before anybody has decided on which thread a request is served:
     * what follows may be a worker, a virtual thread or the loop itself. Nothing blocks; a request that may wait for its
     * permit is paused meanwhile. Who ends an exchange, and when, is Exchange's business.
     */
    static final String MATCHED = MatchedRoute.class.getName();

    /** Those whose body Quarkus' body handler reads. */
    private static final Set<HttpMethod> WITH_BODY =
            Set.of(HttpMethod.POST, HttpMethod.PUT, HttpMethod.PATCH, HttpMethod.DELETE);

    private static final String WEBSOCKET = "websocket";
    private static final String UPGRADE = HttpHeaders.UPGRADE.toString();
    private static final Function<String, @Nullable String> NO_HEADERS = name -> null;

    private final Loadline loadline;
    private final DrainCoordinator drain;
    private final OrcaReports reports;
    private final ContextHeaders headers;
    private final HeaderNames names;
    private final ClientQuota clients;
    private final PathSetting longLived;
    private final RouteTable routes;
    private final OpenAnswers answers = new OpenAnswers();
    private final Set<String> withSettings;
    private final List<String> excludedUserAgents;
    private final @Nullable Duration maxWait;
    private final @Nullable WarmUp warmUp;
    private final boolean quotaAfterSecurity;

    @Inject
    HttpAdmission(
            Loadline loadline,
            LoadlineConfig config,
            EndpointPaths paths,
            ContextHeaders headers,
            ClientQuota clients,
            ApplicationStages stages) {
        this.loadline = loadline;
        this.drain = loadline.drain();
        this.reports = loadline.orca();
        this.headers = headers;
        this.names = names(headers, loadline.limiter().otherRoute());
        this.clients = clients;
        LimitConfig limit = config.limit();
        this.longLived = longLived(config);
        this.routes =
                new RouteTable(loadline.limiter(), paths, excluded(limit), new RouteCriticality(limit.criticality()));
        this.withSettings = LimitSettings.routeNames(limit);
        withSettings.addAll(QuotaSettings.routeNames(config.guard().quota(), limit.routes()));
        this.excludedUserAgents = excludedUserAgents(limit);
        this.maxWait = limit.waiting().maxWait().orElse(null);
        this.warmUp = stages.warmUp().orElse(null);
        this.quotaAfterSecurity = PrincipalQuotaFilter.isNeeded(config);
    }

    /**
     * Reads the settings of requests.
     *
     * @throws io.quarkus.runtime.configuration.ConfigurationException if one is wrong
     */
    public static void check(LoadlineConfig config) {
        Object unused = List.of(
                longLived(config),
                excluded(config.limit()),
                new RouteCriticality(config.limit().criticality()),
                excludedUserAgents(config.limit()));
    }

    private static HeaderNames names(ContextHeaders headers, Route any) {
        Set<String> asked = new HashSet<>(Set.of(WarmUp.HEADER, OrcaHeader.ASKED, UPGRADE));
        CallContext unused = headers.read(any, name -> {
            asked.add(name);
            return null;
        });
        return new HeaderNames(asked);
    }

    private static PathSetting longLived(LoadlineConfig config) {
        return new PathSetting("drain.long-lived", list(config.drain().longLived()), "/changes/**");
    }

    private static PathSetting excluded(LimitConfig limit) {
        return new PathSetting("limit.exclude", list(limit.exclude()), "/static/**");
    }

    private static List<String> excludedUserAgents(LimitConfig limit) {
        List<String> agents = list(limit.excludeUserAgents());
        if (agents.stream().anyMatch(String::isBlank)) {
            throw refused(
                    "limit.exclude-user-agents",
                    agents,
                    "each is what the header begins with, such as ELB-HealthChecker/, and a blank one would be all",
                    null);
        }
        return agents;
    }

    /** Makes the routes that have settings of their own, before there are too many, and has the drain wait for answers. */
    public void collect() {
        RouteTable unused = routes.prefer(withSettings);
        drain.add(answers);
        Registration unusedAsLongAsTheService = loadline.heartbeat().listen(beat -> answers.sweep());
    }

    /** Before the body handler, and before CORS, which answers to what has no body. */
    void handleEarly(RoutingContext context) {
        boolean goesOn = true;
        if (WITH_BODY.contains(context.request().method())) {
            Refusals.areEarly(context);
            goesOn = admits(context);
        }
        if (goesOn) {
            next(context);
        }
    }

    void handle(RoutingContext context) {
        if (!Refusals.wereEarly(context) && admits(context)) {
            next(context);
        }
    }

    /* Here and not where the request is admitted: the deeper what follows is called, the less of it is compiled together. */
    private static void next(RoutingContext context) {
        try {
            context.next();
        } catch (Throwable e) {
            Exchange.endUnserved(context, e);
            throw e;
        }
    }

    /** Whether it goes on now; if not it is refused, or has to wait. */
    private boolean admits(RoutingContext context) {
        Exchange running = context.get(Exchange.KEY);
        if (running != null) {
            // Rerouted: it has been admitted, and some of its listeners are forgotten.
            listen(context, running, true);
            running.listenAgain();
            return true;
        }
        OpenConnection connection = answers.note(context);
        if (drain.isDraining()) {
            context.addEndHandler(unused -> Connections.closeIfAsked(context));
        }
        MultiMap given = context.request().headers();
        boolean told = names.mayBeIn(given);
        MatchedRoute matched = match(context, told);
        if (matched == null) {
            listen(context, null, told);
            if (!longLived.matches(context)) {
                answers.await(context);
            }
            return true;
        }
        if (quotaAfterSecurity) {
            context.put(MATCHED, matched);
        }
        Rejection overQuota = clients.refuseEarly(context, matched.route());
        if (overQuota != null) {
            listen(context, null, told);
            clients.tellRefused(loadline);
            Refusals.refuse(context, overQuota);
            return false;
        }
        CallContext call = matched.context(headers, told ? name -> header(given, name) : NO_HEADERS);
        Exchange exchange = new Exchange(loadline, context, matched, longLived.matches(context), answers, connection);
        listen(context, exchange, told);
        if (told) {
            exchange.mayUpgrade(WEBSOCKET.equalsIgnoreCase(names.value(given, UPGRADE)));
        }
        if (maxWait == null) {
            return exchange.admit(call);
        }
        AwaitedPermit.await(exchange, call, maxWait, context);
        return false;
    }

    /** {@code told}: whether it may have one of the headers that are asked for. */
    private @Nullable MatchedRoute match(RoutingContext context, boolean told) {
        HttpServerRequest request = context.request();
        if (told && warmUp != null && warmUp.isOwn(names.value(request.headers(), WarmUp.HEADER))) {
            // No load, and slow on purpose.
            return null;
        }
        String userAgent = excludedUserAgents.isEmpty() ? null : request.getHeader(HttpHeaders.USER_AGENT);
        if (userAgent != null && excludedUserAgents.stream().anyMatch(userAgent::startsWith)) {
            return null;
        }
        return routes.match(request.method().name(), request.path(), context::normalizedPath);
    }

    /** Only baggage is customarily sent in several headers of one name. */
    private @Nullable String header(MultiMap given, String name) {
        String first = names.value(given, name);
        return first == null || !name.equals(ContextHeaders.BAGGAGE) ? first : String.join(",", given.getAll(name));
    }

    private void listen(RoutingContext context, @Nullable Exchange exchange, boolean told) {
        context.addHeadersEndHandler(unused -> beforeHead(context, exchange, told));
    }

    /** Also for requests that began before the drain, and those that pass untouched. */
    private void beforeHead(RoutingContext context, @Nullable Exchange exchange, boolean told) {
        if (reports.isSent()) {
            String asked = told ? names.value(context.request().headers(), OrcaHeader.ASKED) : null;
            OrcaHeader report = reports.header(asked);
            if (report != null) {
                context.response().putHeader(report.name(), report.value());
            }
        }
        if (drain.isDraining()) {
            Connections.askForClose(context);
        }
        if (exchange != null) {
            exchange.beforeHead();
        }
    }
}
