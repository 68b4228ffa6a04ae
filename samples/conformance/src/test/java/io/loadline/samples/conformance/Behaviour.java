/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.samples.conformance;

/** What all adapters do alike, in the order of a service's life; each is shown by one test. */
enum Behaviour {
    // Starting
    PROBES_WHILE_WARMING(
            Topic.STARTING,
            "while startup stages run: `/livez` 200, `/startupz` 200, `/readyz` 503; the same on the management port"),
    READINESS_BODY(Topic.STARTING, "`/readyz` is `OUT_OF_SERVICE` then"),
    LOAD_WHILE_WARMING(Topic.STARTING, "`/loadline/load` tells no load then, `validity` is `WARMING`"),
    SERVED_WHILE_WARMING(Topic.STARTING, "a request that comes all the same is served"),
    READY_MEANS_READY(Topic.STARTING, "once `/readyz` has said 200, what the stages made is there, and it stays 200"),
    PROBES_READY(Topic.STARTING, "ready: all probes 200 and `UP`, on either port"),
    STARTUP_REPORT(Topic.STARTING, "`/loadline/startup` tells the stages and how they ended"),
    WRONG_SETTING(
            Topic.STARTING, "a wrong setting ends the start with exit code 1, and key, value and what is allowed"),
    SIGTERM_WHILE_STARTING(Topic.STARTING, "SIGTERM cancels a start that has not come to its end, exit code 143"),
    // The service itself
    ORDER(Topic.SERVICE, "`/orders/{id}`: an order as JSON"),
    CATALOG(Topic.SERVICE, "`/catalog/{product}`: a price as JSON"),
    WORK(Topic.SERVICE, "`/work`: 60 requests that wait do not wait for each other"),
    POOL(Topic.SERVICE, "`/pool`: twice as many requests as it has places take two turns"),
    BURN(Topic.SERVICE, "`/burn`: takes the CPU for its time"),
    STREAM(Topic.SERVICE, "`/stream`: server-sent events"),
    NOT_FOUND(Topic.SERVICE, "404 with a problem for what is not there"),
    BAD_REQUEST(Topic.SERVICE, "400 with a problem for numbers that are none, or out of bounds"),
    NOT_ALLOWED(Topic.SERVICE, "405 with a problem for other methods"),
    KEEP_ALIVE(Topic.SERVICE, "connections are kept after 200 and 404"),
    // What clients tell in headers
    DEADLINE(
            Topic.HINTS,
            "a request whose time has passed (`grpc-timeout`, `X-Request-Timeout`): 503, problem with the reason `deadline`, `Retry-After`"),
    DEADLINE_AHEAD(Topic.HINTS, "one whose time has not passed is served"),
    CRITICALITY(
            Topic.HINTS,
            "`Criticality` and `baggage` lower the criticality and never raise it; counted in `/loadline` and meters"),
    ATTEMPTS(Topic.HINTS, "`x-envoy-attempt-count` and `grpc-previous-rpc-attempts` are counted as repeated"),
    MALFORMED(Topic.HINTS, "malformed values of all these headers, and of that for load reports, are ignored"),
    KEEP_ALIVE_AFTER_REFUSAL(Topic.HINTS, "a refusal keeps its connection"),
    // Limit and quotas
    REFUSED_AT_THE_LIMIT(
            Topic.REFUSALS, "beyond the limit: 503, `application/problem+json` with the reason `limit`, `Retry-After`"),
    REFUSED_HEAD(Topic.REFUSALS, "the same for HEAD, without a body"),
    REFUSED_WITH_REPORT(Topic.REFUSALS, "a refusal has a load report if asked for"),
    NEVER_REFUSED(Topic.REFUSALS, "probes, scrapes and reads are served all the same, and the service stays ready"),
    ADMITTED_FINISH(Topic.REFUSALS, "what was admitted finishes, and its place is free then"),
    COUNTED(Topic.REFUSALS, "results are counted by route: `loadline_requests_total{route=\"GET /orders/{id}\"}`"),
    ROUTES_BOUNDED(Topic.REFUSALS, "made-up paths and numbers make no routes in meters"),
    QUOTA(
            Topic.REFUSALS,
            "an API key beyond its quota: 429, problem with the reason `quota`, `Retry-After`; other keys, none, and probes are served"),
    ROUTE_QUOTA(Topic.REFUSALS, "beyond the quota of one route: 429 there only"),
    // Load reports for balancers
    REPORT_UNASKED(Topic.REPORTS, "none for who does not ask, or asks for another format"),
    REPORT_TEXT(Topic.REPORTS, "`endpoint-load-metrics-format: text`: a list"),
    REPORT_JSON(Topic.REPORTS, "`json`: an object"),
    REPORT_BIN(Topic.REPORTS, "`bin`: a message in base64"),
    REPORT_OF_ERRORS(Topic.REPORTS, "errors have one, too"),
    REPORT_ON_PROBES(Topic.REPORTS, "probes on the service's own port have one, too"),
    // Reads and meters
    READS(
            Topic.READS,
            "`/loadline`, `/load`, `/startup`, `/settings`, `/memory`, `/advice` and `/advice.yaml` below it: JSON or YAML, never cached"),
    READS_HEAD(Topic.READS, "HEAD of them has no body"),
    READS_ONLY(Topic.READS, "POST, PUT, DELETE: 405 with `Allow: GET, HEAD`"),
    LOAD(Topic.READS, "`/loadline/load`: load, percentage, `VALID`"),
    STATUS_MEMBERS(Topic.READS, "`/loadline` has the same members"),
    RESOURCES(Topic.READS, "the saturation of the same resources is watched"),
    SETTINGS_KEYS(Topic.READS, "the same settings can change while the service runs"),
    MANAGEMENT_ONLY(Topic.READS, "with a management port the reads are on that one only"),
    NO_ORDERS_THERE(Topic.READS, "the management port serves no orders"),
    METERS_TEXT(Topic.READS, "Prometheus reads the same series on both ports"),
    METERS(Topic.READS, "the `loadline_*` series have the same names and labels"),
    METERS_OF_REQUESTS(Topic.READS, "beside them there is `http_server_requests_seconds`"),
    // Settings that change
    SETTING_TAKES_EFFECT(
            Topic.SETTINGS, "a mounted directory that is swapped as a ConfigMap changes limit and enforcement"),
    WRONG_SETTING_REFUSED(
            Topic.SETTINGS,
            "a wrong value refuses all that came with it, and is told with key, value and what is allowed"),
    UNKNOWN_SETTING_REFUSED(Topic.SETTINGS, "an unknown key is refused with what may have been meant"),
    SETTING_TAKEN_BACK(Topic.SETTINGS, "what is taken out of the directory holds no longer"),
    // Leaving
    PROBES_WHILE_LEAVING(Topic.LEAVING, "from SIGTERM on: `/readyz` 503, `/livez` and `/startupz` 200"),
    LOAD_WHILE_LEAVING(Topic.LEAVING, "no load, neither in `/loadline/load` nor as a meter, `validity` is `DRAINING`"),
    STATUS_WHILE_LEAVING(Topic.LEAVING, "`/loadline` and meters tell the drain"),
    SERVED_WHILE_SETTLING(
            Topic.LEAVING, "requests are served until traffic has stopped, on kept and on new connections"),
    CONNECTIONS_CLOSE(Topic.LEAVING, "responses have `Connection: close`, and the connection is closed after them"),
    PROBE_CONNECTIONS_CLOSE(Topic.LEAVING, "those to probes on the service's own port, too"),
    REPORT_WHILE_LEAVING(Topic.LEAVING, "load reports say 10, so that balancers stay away"),
    STREAMS_END(Topic.LEAVING, "event streams end, and are not cut"),
    REFUSED_WHEN_QUIESCING(Topic.LEAVING, "after that: 503, problem with the reason `draining`, `Connection: close`"),
    IN_FLIGHT_FINISHES(Topic.LEAVING, "a request that runs finishes"),
    EXIT_CODE(Topic.LEAVING, "then the process ends, exit code 143, and takes no connection any more");

    private final Topic topic;
    private final String text;

    Behaviour(Topic topic, String text) {
        this.topic = topic;
        this.text = text;
    }

    Topic topic() {
        return topic;
    }

    /** In Markdown, as the documents have it. */
    String text() {
        return text;
    }

    /** What it is about. */
    enum Topic {
        STARTING("Starting"),
        SERVICE("The service itself"),
        HINTS("What clients tell in headers"),
        REFUSALS("Limit and quotas"),
        REPORTS("Load reports for balancers"),
        READS("Reads and meters"),
        SETTINGS("Settings that change"),
        LEAVING("Leaving");

        private final String title;

        Topic(String title) {
            this.title = title;
        }

        String title() {
            return title;
        }
    }
}
