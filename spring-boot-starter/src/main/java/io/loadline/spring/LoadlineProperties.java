/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring;

import io.loadline.availability.FatalErrors;
import io.loadline.drain.ReadinessFlip;
import io.loadline.guard.MissingKeys;
import io.loadline.limit.Criticality;
import io.loadline.limit.Enforcement;
import io.loadline.signal.OrcaFormat;
import io.loadline.startup.StageTier;
import io.loadline.startup.StartupPlan.Collection;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The settings under {@code loadline.*}. Immutable. What is not set, here null, is left to the defaults of the library;
 * an unknown key stops the start, unless it is an environment variable or a system property: Spring Boot ignores those.
 *
 * @param enabled Whether Loadline does anything at all. If not, startup stages run while the context starts.
 * @param name Name of the service in logs, meters and explanations. Default: spring.application.name.
 * @param limit How many requests are admitted at once.
 * @param drain How the service leaves.
 * @param startup How the service starts.
 * @param memory How the service's memory is watched.
 * @param guard What surrounds requests beside the limit: quotas of clients, guards of dependencies, features that are given
 *     up, the intake of messages.
 * @param slo What is promised to who calls.
 * @param signal What autoscalers are told.
 * @param settings What may change while the service runs.
 * @param observation What traces are told.
 * @param orca Which responses tell load balancers how loaded the service is.
 */
@ConfigurationProperties(prefix = "loadline", ignoreUnknownFields = false)
public record LoadlineProperties(
        @DefaultValue("true") boolean enabled,
        @Nullable String name,
        @DefaultValue Limit limit,
        @DefaultValue Drain drain,
        @DefaultValue Startup startup,
        @DefaultValue Memory memory,
        @DefaultValue Guard guard,
        @DefaultValue Slo slo,
        @DefaultValue Signal signal,
        @DefaultValue Settings settings,
        @DefaultValue Observation observation,
        @DefaultValue Orca orca) {

    /** The names of all routes that have settings of their own, of the limiter or the quota. */
    public Set<String> routesWithSettings() {
        Set<String> names = new HashSet<>(limit.limitedRoutes());
        names.addAll(QuotaFactory.routes(guard.quota(), limit.routes()));
        return names;
    }

    /**
     * The settings under {@code loadline.observation.*}. Immutable.
     *
     * @param enabled Whether the application's ObservationRegistry, if it has one, is told of requests that wait or are
     *     refused, of drains and of breakers.
     */
    public record Observation(@DefaultValue("true") boolean enabled) {}

    /**
     * The settings under {@code loadline.orca.*}. Immutable.
     *
     * @param send Which responses have a load report: if-asked are those to requests with the header
     *     endpoint-load-metrics-format, always all, never none. Default: if-asked.
     * @param format Format of reports that nobody asked for: text, json, bin, or bin-header for
     *     endpoint-load-metrics-bin. Default: text.
     */
    public record Orca(@Nullable Sending send, @Nullable OrcaFormat format) {}

    /** Which responses have a load report. */
    public enum Sending {
        /** Those to requests that ask for one. */
        IF_ASKED,
        /** All. */
        ALWAYS,
        /** None. */
        NEVER
    }

    /**
     * The settings under {@code loadline.limit.*}. Immutable.
     *
     * @param enforcement What happens to a request beyond the limit: enforce refuses it, shadow admits and counts it,
     *     off only counts requests in flight. Default: enforce.
     * @param algorithm What moves the limit: adaptive, fixed (needs loadline.limit.initial) or aimd. Default: adaptive.
     * @param initial Limit to begin with, in requests. Default of adaptive: four per available
     *     processor, at least 16.
     * @param min Lowest limit, in requests. Default of adaptive: half the available processors, at least 2.
     * @param max Highest limit, in requests. Default of adaptive: 10,000.
     * @param maxRoutes Number of routes that are told apart; all further ones count as "other". Default: 100.
     * @param maxStreams Number of event streams, WebSockets and other streams that may be open at once. Default: as many
     *     as come.
     * @param routes What single routes, such as [GET /orders/{id}], or groups of them are guaranteed of the limit and may
     *     take of it at most.
     * @param warmUp When the adaptive limit begins to be enforced.
     * @param criticality Which requests are refused first when there are too many.
     * @param deadline What is done about requests whose clients will not wait for the answer.
     * @param attempt How requests tell that they are tried again.
     * @param waiting Whether requests beyond the limit wait for their turn.
     * @param exclude Path patterns of requests that are neither limited nor counted, such as /static/**.
     * @param excludeUserAgents What the User-Agent headers begin with of requests that are neither limited nor counted,
     *     such as ELB-HealthChecker/.
     */
    public record Limit(
            @Nullable Enforcement enforcement,
            @Nullable Algorithm algorithm,
            @Nullable Integer initial,
            @Nullable Integer min,
            @Nullable Integer max,
            @Nullable Integer maxRoutes,
            @Nullable Integer maxStreams,
            @DefaultValue Map<String, RouteSettings> routes,
            @DefaultValue WarmUp warmUp,
            @DefaultValue RequestCriticality criticality,
            @DefaultValue RequestDeadline deadline,
            @DefaultValue RequestAttempt attempt,
            @DefaultValue Waiting waiting,
            @DefaultValue List<String> exclude,
            @DefaultValue List<String> excludeUserAgents) {

        /** The names of all routes that have settings of their own. */
        public Set<String> limitedRoutes() {
            return RouteSettingsFactory.names(routes);
        }
    }

    /**
     * The settings under {@code loadline.limit.routes.*}. Immutable.
     *
     * @param share Part of the limit that is kept for it, 0 to below 1. Default: 0.
     * @param cap Number of its requests that may run at once. Default: no cap.
     * @param capShare The same as a part of the limit, above 0 to 1. Default: no cap.
     * @param routes Names of the routes it is a group of, such as GET /orders/{id}. Default: the one it is named like.
     */
    public record RouteSettings(
            @Nullable Double share,
            @Nullable Integer cap,
            @Nullable Double capShare,
            @DefaultValue List<String> routes) {}

    /**
     * The settings under {@code loadline.limit.warm-up.*}. Immutable.
     *
     * @param duration How long after the first requests the adaptive limit is not enforced; 0 enforces it at once.
     *     Default: 10s.
     * @param calls Number of requests after which it is enforced even if that time is not over. Default: 1000.
     */
    public record WarmUp(
            @Nullable Duration duration, @Nullable Integer calls) {}

    /**
     * The settings under {@code loadline.limit.criticality.*}. Immutable.
     *
     * @param fromHeader Whether requests may tell their criticality, in a header or in W3C baggage. Default: true.
     * @param header Header in which they do. Default: Criticality.
     * @param maxFromHeader Highest criticality that a request may claim where its route has a lower one: critical-plus,
     *     critical, sheddable-plus or sheddable. Default: sheddable, so that requests only lower theirs.
     * @param cohortHeader Header that tells whom a request is for, such as X-User-Id: requests of one user are served or
     *     refused together. Default: none.
     * @param critical Routes that are refused before the most critical; what is named nowhere is critical.
     * @param criticalPlus Routes that are refused last of all: path patterns such as /checkout/**, with a method or
     *     without, POST /orders.
     * @param sheddable Routes that are refused first.
     * @param sheddablePlus Routes that are refused before critical ones, such as jobs that try again.
     */
    public record RequestCriticality(
            @Nullable Boolean fromHeader,
            @Nullable String header,
            @Nullable Criticality maxFromHeader,
            @Nullable String cohortHeader,
            @DefaultValue List<String> criticalPlus,
            @DefaultValue List<String> critical,
            @DefaultValue List<String> sheddablePlus,
            @DefaultValue List<String> sheddable) {}

    /**
     * The settings under {@code loadline.limit.deadline.*}. Immutable.
     *
     * @param fromHeader Whether requests may tell how long their clients wait, in X-Request-Timeout, grpc-timeout or
     *     x-envoy-expected-rq-timeout-ms, and are refused when that has passed or cannot suffice. Default: true.
     */
    public record RequestDeadline(@Nullable Boolean fromHeader) {}

    /**
     * The settings under {@code loadline.limit.attempt.*}. Immutable.
     *
     * @param fromHeader Whether requests may tell that they are tried again, in x-envoy-attempt-count,
     *     grpc-previous-rpc-attempts or the header named here, and are no further demand then. Default: true.
     * @param header Header that tells which attempt a request is, 1 for the first. Default: none.
     */
    public record RequestAttempt(
            @Nullable Boolean fromHeader, @Nullable String header) {}

    /**
     * The settings under {@code loadline.limit.waiting.*}. Immutable.
     *
     * @param maxWait How long a request beyond the limit may wait before it is refused. Default: not at all.
     * @param maxWaiters How many may wait at once. Default: as many as the limit is.
     * @param platformThreads Whether requests wait on platform threads, too, which are then blocked. Default: only on
     *     virtual threads, and where waiting takes no thread.
     */
    public record Waiting(
            @Nullable Duration maxWait,
            @Nullable Integer maxWaiters,
            @DefaultValue("false") boolean platformThreads) {}

    /**
     * The settings under {@code loadline.guard.*}. Immutable.
     *
     * @param quota How often each client may ask.
     * @param dependencies Services that this one depends on, by names of your own.
     * @param degradation Which optional features are given up as the load rises.
     * @param intake When message listeners are paused.
     */
    public record Guard(
            @DefaultValue ClientQuotas quota,
            @DefaultValue Map<String, Dependency> dependencies,
            @DefaultValue Degradation degradation,
            @DefaultValue Intake intake) {}

    /**
     * The settings under {@code loadline.guard.dependencies.*}. Immutable.
     *
     * @param hosts Hosts, with a port or without, whose requests by RestClient, RestTemplate and WebClient go through its
     *     guard. Default: none, only calls that name the guard do.
     * @param concurrency Number of calls that may run at once. Default: half of the limit, at least 4.
     * @param timeLimit Time a call has at most. Default: 5s.
     * @param slowCall Duration from which on a call is slow; a dependency that hangs is noticed so much later. Default:
     *     1s.
     * @param slowCallRate Share of slow calls at which no more are made, above 0 to 1. Default: 0.8.
     * @param failureRate Share of failed calls at which no more are made, above 0 to 1. Default: 0.5.
     * @param window Number of calls, the latest ones, of which the shares are taken. Default: 100.
     * @param minimumCalls Number of calls before shares are taken. Default: 20.
     * @param openFirst How long no calls are made the first time. Default: 500ms.
     * @param openMost How long no calls are made when it has not recovered again and again. Default: 2s.
     * @param feedsReadiness Whether readiness goes down with it. All instances share it, so think twice. Default: false.
     * @param propagate Whether criticality and remaining time go with requests to its hosts. Default: true.
     */
    public record Dependency(
            @DefaultValue List<String> hosts,
            @Nullable Integer concurrency,
            @Nullable Duration timeLimit,
            @Nullable Duration slowCall,
            @Nullable Double slowCallRate,
            @Nullable Double failureRate,
            @Nullable Integer window,
            @Nullable Integer minimumCalls,
            @Nullable Duration openFirst,
            @Nullable Duration openMost,
            @Nullable Boolean feedsReadiness,
            @DefaultValue("true") boolean propagate) {}

    /**
     * The settings under {@code loadline.drain.*}. Immutable.
     *
     * @param deadline Time for the whole drain; should be below the platform's grace period. Default: 25s.
     * @param quiet Least silence that counts as the end of the traffic. Default: 1s.
     * @param settleMax Longest time to wait for the end of the traffic. Default: 10s.
     * @param preStopSleep How long the platform's preStop hook sleeps before the signal; settling takes so much less.
     *     Default: 0s.
     * @param readiness When readiness goes down: at-once, late (when traffic has stopped) or never. Default: at-once.
     * @param farewell How long event streams, WebSockets and long polls that were told to go may hold the drain.
     *     Default: 2s.
     * @param longLived Path patterns of requests that wait until somebody ends them, such as long polls, /changes/**:
     *     their time-out comes when the drain begins. Event streams and WebSockets are known without.
     * @param participants What takes part in the drain beside requests.
     */
    public record Drain(
            @Nullable Duration deadline,
            @Nullable Duration quiet,
            @Nullable Duration settleMax,
            @Nullable Duration preStopSleep,
            @Nullable ReadinessFlip readiness,
            @Nullable Duration farewell,
            @DefaultValue List<String> longLived,
            @DefaultValue Participants participants) {}

    /**
     * The settings under {@code loadline.drain.participants.*}. Immutable.
     *
     * @param scheduled Whether scheduled tasks stop when the drain begins, and those that run are waited for.
     * @param executors Whether what executors and schedulers hold is waited for.
     * @param kafka Whether Kafka listeners stop when the drain begins, and what they hold is waited for.
     * @param rabbit Whether RabbitMQ listeners stop when the drain begins, and what they hold is waited for.
     */
    public record Participants(
            @DefaultValue("true") boolean scheduled,
            @DefaultValue("true") boolean executors,
            @DefaultValue("true") boolean kafka,
            @DefaultValue("true") boolean rabbit) {}

    /**
     * The settings under {@code loadline.startup.*}. Immutable.
     *
     * @param readyAfter The lowest tier of stages that readiness waits for: critical, important or background.
     *     Default: critical.
     * @param settle How long the memory may take to come to rest after a stage. Default: 2s.
     * @param collection When a stage that made the heap grow is followed by a collection: before-ready, always or never.
     *     Default: before-ready.
     * @param historyFile File on a writable volume that keeps what each stage took. Default: none.
     * @param gate How stages wait for memory.
     * @param warmUp Which of the service's own routes are called before it is ready.
     * @param dependencies Names of health contributors, such as db, that must have been up once before the service is
     *     ready. Default: none.
     */
    public record Startup(
            @Nullable StageTier readyAfter,
            @Nullable Duration settle,
            @Nullable Collection collection,
            @Nullable String historyFile,
            @DefaultValue Gate gate,
            @DefaultValue WarmUpCalls warmUp,
            @DefaultValue List<String> dependencies) {}

    /**
     * The settings under {@code loadline.startup.gate.*}. Immutable.
     *
     * @param maxWait How long a stage that readiness waits for may wait for memory. Default: 60s.
     * @param maxPressure Memory pressure from which on no stage begins, as a share of time, 0..1. Default: 0.1.
     * @param slot Window in which instances without a lock file spread the beginning of their first stage. Default: 1s.
     * @param jitter Window in which instances spread the beginning of their first stage that is not critical.
     *     Default: 5s.
     * @param instance Name that tells this instance from others. Default: the host's name, the process's id
     *     and its start.
     * @param lockFile File on a path that the instances of a node share, through which one at a time claims the memory it
     *     needs. Default: none, instances sense each other.
     */
    public record Gate(
            @Nullable Duration maxWait,
            @Nullable Double maxPressure,
            @Nullable Duration slot,
            @Nullable Duration jitter,
            @Nullable String instance,
            @Nullable String lockFile) {}

    /**
     * The settings under {@code loadline.startup.warm-up.*}. Immutable.
     *
     * @param paths Paths that are called by GET over loopback until their latency settles. Default: none.
     * @param timeLimit Longest time all calls together may take. Default: 10s.
     * @param maxCalls How often each path may be called. Default: 1000.
     */
    public record WarmUpCalls(
            @DefaultValue List<String> paths,
            @Nullable Duration timeLimit,
            @Nullable Integer maxCalls) {}

    /**
     * The settings under {@code loadline.memory.*}. Immutable.
     *
     * @param interval Time between two readings. Default: 10s.
     * @param window Time over which memory must stay where it is to be called stable. Default: 10m.
     * @param request Memory request the service was deployed with, such as 512Mi, 512MB, or bytes. Default: what the
     *     environment variable LOADLINE_MEMORY_REQUEST says.
     * @param fatalErrors What happens after an OutOfMemoryError or another error that the JVM does not recover from:
     *     break makes liveness fail, report counts and logs it, off does not look. Default: break.
     */
    public record Memory(
            @Nullable Duration interval,
            @Nullable Duration window,
            @Nullable String request,
            FatalErrors.@Nullable Policy fatalErrors) {}

    /**
     * The settings under {@code loadline.guard.degradation.*}. Immutable.
     *
     * @param features Optional features by name, such as recommendations.
     * @param settle Least time between two levels of features that go off. Default: 5s.
     * @param offAtLeast How long a feature stays off at least. Default: 30s.
     * @param calm How long the load must have been low before a level comes back. Default: 15s.
     * @param silence After how long without a valid load features come back all the same. Default: 2m.
     */
    public record Degradation(
            @DefaultValue Map<String, FeatureSettings> features,
            @Nullable Duration settle,
            @Nullable Duration offAtLeast,
            @Nullable Duration calm,
            @Nullable Duration silence) {}

    /**
     * The settings under {@code loadline.guard.degradation.features.*}. Immutable.
     *
     * @param offAbove Load above which it goes off, such as 0.9. Default: it goes off by hand only.
     * @param onBelow Load below which it may come back. Default: three quarters of off-above.
     */
    public record FeatureSettings(
            @Nullable Double offAbove, @Nullable Double onBelow) {}

    /**
     * The settings under {@code loadline.guard.intake.*}. Immutable.
     *
     * @param enabled Whether Kafka and RabbitMQ listeners are paused while the service has enough to do.
     * @param pauseAbove Load above which they are paused. Default: 1.1.
     * @param resumeBelow Load below which they may go on. Default: 0.9, or 80 % of pause-above if that is below 1.1.
     * @param pausedAtLeast How long they are paused at least. Default: 5s.
     * @param calm How long the load must have been low before they go on. Default: 2s.
     * @param maxWait How long a message that is handled through the gate waits to be admitted. Default: 500ms.
     * @param exclude Ids of listeners that are never paused.
     */
    public record Intake(
            @DefaultValue("false") boolean enabled,
            @Nullable Double pauseAbove,
            @Nullable Double resumeBelow,
            @Nullable Duration pausedAtLeast,
            @Nullable Duration calm,
            @Nullable Duration maxWait,
            @DefaultValue List<String> exclude) {}

    /**
     * The settings under {@code loadline.guard.quota.*}. Immutable.
     *
     * @param limit Number of requests that each client may make in a period; beyond it they get 429. Default: there is no
     *     quota.
     * @param period Length of a period, 10 ms to a day; also of classes that have none of their own. Default: 1s.
     * @param key What tells the client: ip, principal (asked after security), header: with the name of a header, such as
     *     header:X-Api-Key, or bean, the application's ClientKey. Default: ip.
     * @param enforcement What happens to a request beyond the quota: enforce refuses it, shadow admits and counts it, off
     *     does not look. Default: enforce.
     * @param maxClients Number of clients that have a quota of their own at a time; about as many as come within a minute,
     *     or a period if that is longer. Default: 20,000.
     * @param newcomers Number of requests that all clients together may make in a period that have no quota of their own,
     *     since there are more clients than max-clients. Default: ten times the limit.
     * @param missingKeys What happens to requests that tell no client: share makes them one client together, admit, or
     *     refuse. Default: share.
     * @param trustedProxies Addresses of proxies, or ranges of them such as 10.0.0.0/8, that are believed when they say for
     *     whom they ask. Default: none.
     * @param forwardingHeader Header in which they do: x-forwarded-for or forwarded. Default: x-forwarded-for.
     * @param ipv6Prefix Number of bits that IPv6 clients have in common to be one. Default: 64.
     * @param classes Limits of classes of clients.
     * @param routes Limits for what each client may ask of single routes, such as [GET /orders/{id}], or groups of them, beside
     *     its limit for all.
     */
    public record ClientQuotas(
            @Nullable Integer limit,
            @Nullable Duration period,
            @Nullable String key,
            @Nullable Enforcement enforcement,
            @Nullable Integer maxClients,
            @Nullable Integer newcomers,
            @Nullable MissingKeys missingKeys,
            @DefaultValue List<String> trustedProxies,
            @Nullable ForwardingHeader forwardingHeader,
            @Nullable Integer ipv6Prefix,
            @DefaultValue Map<String, ClientClass> classes,
            @DefaultValue Map<String, RouteQuota> routes) {}

    /**
     * The settings under {@code loadline.guard.quota.routes.*}. Immutable.
     *
     * @param limit Number of requests of it that each client may make in a period.
     * @param period Length of a period. Default: loadline.guard.quota.period.
     * @param routes Names of the routes it is a group of, such as GET /orders/{id}. Default: those of the group of this name
     *     in loadline.limit.routes, or the one route it is named like.
     */
    public record RouteQuota(
            @Nullable Integer limit,
            @Nullable Duration period,
            @DefaultValue List<String> routes) {}

    /**
     * The settings under {@code loadline.guard.quota.classes.*}. Immutable.
     *
     * @param limit Number of requests that each client of the class may make in a period.
     * @param period Length of a period. Default: loadline.guard.quota.period.
     * @param clients Keys of the clients that belong to it; a QuotaBuilderCustomizer may tell others.
     */
    public record ClientClass(
            @Nullable Integer limit,
            @Nullable Duration period,
            @DefaultValue List<String> clients) {}

    /** Where proxies say for whom they ask. */
    public enum ForwardingHeader {
        /** The customary one. */
        X_FORWARDED_FOR,
        /** The one of RFC 7239. */
        FORWARDED
    }

    /**
     * The settings under {@code loadline.slo.*}. Immutable.
     *
     * @param latency Time within which a request is good. Default: nothing is promised, and nothing counted.
     * @param objective Share of requests that is to be good, above 0 and below 1. Default: 0.999.
     */
    public record Slo(@Nullable Duration latency, @Nullable Double objective) {}

    /**
     * The settings under {@code loadline.signal.*}. Immutable.
     *
     * @param forecast What the load will be when an instance that is asked for now would be there.
     * @param queues Topics and queues that listeners of this service take messages from and that count for its load, by
     *     names of your own.
     * @param workloads What kind of work requests are.
     */
    public record Signal(
            @DefaultValue ForecastSettings forecast,
            @DefaultValue Map<String, QueueSettings> queues,
            @DefaultValue WorkloadSettings workloads) {}

    /**
     * The settings under {@code loadline.signal.workloads.*}: routes, such as GET /orders/{id}, or with a star at their end, for
     * all that begin so. Immutable.
     *
     * @param read Routes on which somebody waits for an answer that changes nothing. Default: those of GET, HEAD and OPTIONS.
     * @param write Routes on which somebody waits until something is changed. Default: all others.
     * @param batch Routes of work that must be done in time though nobody waits for each request: no part of the SLO.
     * @param background Routes of work that takes what the others leave: no part of the SLO nor of the load.
     */
    public record WorkloadSettings(
            @DefaultValue List<String> read,
            @DefaultValue List<String> write,
            @DefaultValue List<String> batch,
            @DefaultValue List<String> background) {}

    /**
     * The settings under {@code loadline.signal.forecast.*}. Immutable.
     *
     * @param enabled Whether there is a second load, loadline.load.forecast, that may only be greater.
     * @param horizon How far ahead, 5 seconds to 10 minutes. Default: the time this process took from its start until it was
     *     ready, and 15 s for the autoscaler to look.
     */
    public record ForecastSettings(
            @DefaultValue("false") boolean enabled,
            @Nullable Duration horizon) {}

    /**
     * The settings under {@code loadline.signal.queues.*}. Immutable.
     *
     * @param objective How long a backlog may take to clear, 1 s to 7 days. Must be set.
     * @param topic Topic of Kafka.
     * @param queue Queue of RabbitMQ. Either this or the topic must be set.
     */
    public record QueueSettings(
            @Nullable Duration objective,
            @Nullable String topic,
            @Nullable String queue) {}

    /**
     * The settings under {@code loadline.settings.*}. Immutable.
     *
     * @param watch Directory, such as a mounted ConfigMap, whose files change settings while the service runs: each named
     *     like a setting, or loadline.properties with any number of them. Default: none.
     */
    public record Settings(@Nullable String watch) {}

    /** What moves the limit. */
    public enum Algorithm {
        /** Finds the limit from latency, and checks that cuts of it help. */
        ADAPTIVE,
        /** Does not move it. */
        FIXED,
        /** Additive increase, multiplicative decrease on failures. */
        AIMD
    }
}
