/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.signal;

import static io.loadline.internal.Checks.checkArgument;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.loadline.availability.ServiceState;
import io.loadline.availability.StateChange;
import io.loadline.limit.ConcurrencyLimiter;
import io.loadline.time.Registration;
import io.loadline.time.Ticker;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.DoubleSupplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Tells load balancers how loaded the service is, in a header of its responses: ORCA load reports. Thread-safe.
 *
 * <p>A report is made with each snapshot of the signal, once a second and at each change of state, and written when the first
 * response asks for its format; others only take it. Adapters ask for the {@link #header} of a response before they commit it, refusals included:
 *
 * <pre>{@code
 * OrcaHeader load = reports.header(request.header(OrcaHeader.ASKED));
 * if (load != null) {
 *   response.setHeader(load.name(), load.value());
 * }
 * }</pre>
 */
public final class OrcaReports implements AutoCloseable {
    /*
     * A balancer gives an instance the weight rps / (utilization + eps / rps); some leave the errors out [1] [2]. With a
     * utilization that is demand over capacity, and rates of the same window, that is what the instance can do in a second,
     * whatever it does now.
     *
     * Refused calls count in both rates. In rps alone, or with a utilization that does not count them, an instance would be
     * the more attractive the faster it refuses. The load counts what the limit has refused, but at most three times the
     * capacity, and not what other limits have. So an instance that refuses is told to be used at least as many times as
     * calls came for each that it served, and the refused ones cancel out.
     *
     * While the load is not valid autoscalers are told nothing, but balancers are: to them an instance without a report is
     * an average one, and gets a full share of the calls at once, which a cold JVM cannot serve [3]. What is known of it
     * then is the largest share of a local resource in use and how full the limit is: cold calls take long, and the limit
     * fills with few of them. Both are measured, and high as long as it is cold.
     *
     * An instance that leaves should get less at once. Silence would not do that: the last weight holds for minutes, and
     * after that the average one [1] [2]. Its capacity is about to be none, so any demand is a multiple of it. Ten times is
     * told, which leaves a balancer with a weight of about a tenth; gRPC goes no lower than a tenth of the mean anyway [2].
     *
     * [1] Envoy, client_side_weighted_round_robin_lb.cc
     * [2] gRPC, proposal A58; grpc-java, WeightedRoundRobinLoadBalancer
     * [3] grpc-java issue 12087
     */
    private static final double LEAVING = 10;
    private static final String CPU = "cpu";
    private static final String QUEUE = "queue";
    private static final String LIMIT = "limit";
    private static final String IN_FLIGHT = "in_flight";

    private final LoadSignal signal;
    private final ConcurrencyLimiter limiter;
    private final Ticker ticker;
    private final OrcaFigure memory;
    private final Map<String, OrcaFigure> metrics;
    private final @Nullable OrcaFormat unasked;
    private final Registration registration;

    /** Confined to the constructor, then to whoever tells the snapshots, which is one at a time. */
    private final OrcaRates rates = new OrcaRates();

    private StateChange lastChange;

    /** Written with each snapshot, read by responses; a second stale. Null if none is ever sent: then none is made. */
    private volatile @Nullable Headers latest;

    private OrcaReports(Builder builder) {
        this.signal = builder.signal;
        this.limiter = builder.limiter;
        this.ticker = builder.ticker;
        this.memory = new OrcaFigure("mem_utilization", builder.memory, ticker);
        Map<String, OrcaFigure> figures = new HashMap<>();
        builder.metrics.forEach((name, value) -> figures.put(name, new OrcaFigure(name, value, ticker)));
        this.metrics = Map.copyOf(figures);
        this.unasked = builder.unasked;
        SignalSnapshot first = signal.snapshot();
        this.lastChange = first.lastChange();
        if (builder.sent) {
            this.latest = headers(first);
            this.registration = signal.listen(snapshot -> latest = headers(snapshot));
        } else {
            this.registration = () -> {};
        }
    }

    /** A builder for the reports of a service; {@code ticker} is that of the signal's heartbeat. */
    public static Builder builder(LoadSignal signal, ConcurrencyLimiter limiter, Ticker ticker) {
        return new Builder(signal, limiter, ticker);
    }

    /**
     * The header that a response should have now; null if it should have none.
     *
     * @param asked what the request has in {@link OrcaHeader#ASKED}; null, and what is no format, asks for nothing
     */
    public @Nullable OrcaHeader header(@Nullable String asked) {
        Headers headers = latest;
        if (headers == null) {
            return null;
        }
        OrcaFormat format = asked == null ? null : OrcaFormat.asked(asked);
        if (format == null) {
            format = unasked;
        }
        return format == null ? null : headers.in(format);
    }

    /** False if {@link #header} is null whatever is asked for: requests need not be looked at. */
    public boolean isSent() {
        return latest != null;
    }

    /** Makes no new reports. */
    @Override
    public void close() {
        registration.close();
    }

    private Headers headers(SignalSnapshot snapshot) {
        if (snapshot.lastChange() != lastChange) {
            lastChange = snapshot.lastChange();
            if (lastChange.to() == ServiceState.READY) {
                // As the load does: what came before was not the traffic of a service that serves.
                rates.clear();
            }
        }
        rates.add(ticker.read(), limiter.stats());
        for (OrcaFigure figure : metrics.values()) {
            figure.ask(signal::aside);
        }
        return new Headers(snapshot, rates.rates());
    }

    private OrcaReport report(SignalSnapshot snapshot, OrcaRates.Rates now) {
        Map<String, Double> named = new HashMap<>();
        metrics.forEach((name, figure) -> named.put(name, figure.latest()));
        named.put(QUEUE, (double) limiter.waiting().waiting());
        named.put(LIMIT, (double) snapshot.limit());
        named.put(IN_FLIGHT, (double) snapshot.inFlight());
        return new OrcaReport(
                utilization(snapshot, now.cameForEachServed()),
                snapshot.saturations().getOrDefault(CPU, Double.NaN),
                memory.read(),
                now.came(),
                now.failed(),
                named);
    }

    private double utilization(SignalSnapshot snapshot, double cameForEachServed) {
        // Without queues: balancers spread requests, and what waits there comes whatever they do.
        double known = snapshot.requestLoad();
        double load = Double.isNaN(known) ? coldLoad(snapshot) : known;
        double used = Math.max(load, Math.min(1, load) * cameForEachServed);
        return switch (snapshot.lastChange().to()) {
            case STARTING, WARMING, READY -> used;
            case DRAINING, STOPPED, BROKEN -> Math.max(LEAVING, used);
        };
    }

    private double coldLoad(SignalSnapshot snapshot) {
        double full = (double) snapshot.inFlight() / snapshot.limit();
        double local = signal.localLoad();
        return Double.isNaN(local) ? full : Math.max(local, full);
    }

    /**
     * The report of one snapshot, made when somebody asks for it, in the forms that are asked for. Most services have no balancer
     * that does, and then it would be what a tick does longest.
     */
    private final class Headers {
        private final SignalSnapshot snapshot;
        private final OrcaRates.Rates rates;

        /** Guarded by this; null until somebody asks. */
        private @Nullable OrcaReport report;

        /** By format; written by whoever asks first, always with the same value, read by all responses. */
        private final AtomicReferenceArray<OrcaHeader> made = new AtomicReferenceArray<>(OrcaFormat.values().length);

        Headers(SignalSnapshot snapshot, OrcaRates.Rates rates) {
            this.snapshot = snapshot;
            this.rates = rates;
        }

        OrcaHeader in(OrcaFormat format) {
            OrcaHeader known = made.get(format.ordinal());
            return known == null ? make(format) : known;
        }

        private synchronized OrcaHeader make(OrcaFormat format) {
            OrcaHeader known = made.get(format.ordinal());
            if (known != null) {
                return known;
            }
            OrcaReport present = report;
            if (present == null) {
                present = report(snapshot, rates);
                report = present;
            }
            OrcaHeader header = written(present, format);
            made.set(format.ordinal(), header);
            return header;
        }

        private static OrcaHeader written(OrcaReport report, OrcaFormat format) {
            return switch (format) {
                case TEXT -> new OrcaHeader(OrcaHeader.REPORT, report.text());
                case JSON -> new OrcaHeader(OrcaHeader.REPORT, report.json());
                case BIN -> new OrcaHeader(OrcaHeader.REPORT, "BIN " + report.base64());
                case BIN_HEADER -> new OrcaHeader(OrcaHeader.REPORT_BIN, report.base64());
            };
        }
    }

    /** Builds reports. Not thread-safe. */
    public static final class Builder {
        private static final int MAX_METRICS = 10;
        private static final int MAX_NAME = 64;
        private static final Pattern NAME = Pattern.compile(OrcaReport.NAME);
        private static final Set<String> OWN = Set.of(QUEUE, LIMIT, IN_FLIGHT);

        private final LoadSignal signal;
        private final ConcurrencyLimiter limiter;
        private final Ticker ticker;
        private final Map<String, DoubleSupplier> metrics = new LinkedHashMap<>();
        private DoubleSupplier memory = () -> Double.NaN;
        private boolean sent = true;
        private @Nullable OrcaFormat unasked;

        private Builder(LoadSignal signal, ConcurrencyLimiter limiter, Ticker ticker) {
            this.signal = signal;
            this.limiter = limiter;
            this.ticker = ticker;
        }

        /** Puts a report in this format into each response whose request asks for none. Default: only who asks gets one. */
        @CanIgnoreReturnValue
        public Builder always(OrcaFormat format) {
            this.sent = true;
            this.unasked = format;
            return this;
        }

        /** Puts a report into no response, whoever asks. */
        @CanIgnoreReturnValue
        public Builder never() {
            this.sent = false;
            return this;
        }

        /**
         * Sets what tells the share of the memory limit in use, 0 to 1; NaN where it is not known. Must be thread-safe and must
         * not block. Default: not known.
         */
        @CanIgnoreReturnValue
        public Builder memory(DoubleSupplier utilization) {
            this.memory = utilization;
            return this;
        }

        /**
         * Adds a figure of your own to the named metrics, beside {@code queue}, {@code limit} and {@code in_flight}. It is asked
         * once a second, aside from everything else, and must be thread-safe; while it is negative or no finite number, throws
         * or does not answer, it is left out.
         *
         * @throws IllegalArgumentException if the name is taken, has more than 64 characters, or is not of lower-case letters,
         *     digits, dashes, underscores and dots, with a letter first and a letter or digit last; or if there are ten already
         */
        @CanIgnoreReturnValue
        public Builder namedMetric(String name, DoubleSupplier value) {
            checkArgument(
                    NAME.matcher(name).matches() && name.length() <= MAX_NAME,
                    "name must match %s and have at most %s characters: '%s'",
                    OrcaReport.NAME,
                    MAX_NAME,
                    name);
            checkArgument(
                    !OWN.contains(name) && !metrics.containsKey(name),
                    "there is a named metric of this name already: '%s'",
                    name);
            checkArgument(metrics.size() < MAX_METRICS, "there are %s named metrics already: '%s'", MAX_METRICS, name);
            metrics.put(name, value);
            return this;
        }

        /** Reports that are made anew with each snapshot from now on. */
        public OrcaReports build() {
            return new OrcaReports(this);
        }
    }
}
