/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.limit;

import static io.loadline.internal.Checks.checkArgument;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.loadline.time.Ticker;
import java.time.Duration;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads what is known of a call from the headers of its request, and writes it to those of requests onward. Immutable.
 *
 * <p>Read are the criticality, from a header of its own or the member {@value #MEMBER} of W3C {@code baggage}; whom the
 * call is for, if a header for that was named; how long the client waits, from {@code X-Request-Timeout},
 * {@code grpc-timeout} and {@code x-envoy-expected-rq-timeout-ms}, whichever is shortest; and whether it tries again, from
 * {@code x-envoy-attempt-count}, {@code grpc-previous-rpc-attempts} and a header of yours. What makes no sense is ignored.
 */
public final class ContextHeaders {
    /*
     * Headers come from outside, so they can take from their call but not give: a shorter deadline than there is and a
     * lower criticality harm nobody else, while everybody would like to be CRITICAL_PLUS. A higher criticality than the
     * route's own is believed only up to a bound, which is best raised behind a gateway that strips these headers. Who says
     * that he tries again takes his own call out of the demand.
     */

    /** The header that tells the criticality, unless another one is named. */
    public static final String CRITICALITY = "Criticality";

    /** The header that tells how long the client waits: seconds, with or without a fraction, or a number and its unit. */
    public static final String TIMEOUT = "X-Request-Timeout";

    /** The header of gRPC that tells how long the client waits. */
    public static final String GRPC_TIMEOUT = "grpc-timeout";

    /** The header by which Envoy tells how long it waits, in milliseconds. */
    public static final String ENVOY_TIMEOUT = "x-envoy-expected-rq-timeout-ms";

    /** The header by which Envoy tells which attempt it is, 1 for the first; where {@code include_request_attempt_count} is. */
    public static final String ENVOY_ATTEMPT = "x-envoy-attempt-count";

    /** The header by which clients of gRPC tell how many attempts there were before. */
    public static final String GRPC_ATTEMPTS = "grpc-previous-rpc-attempts";

    /** The header of W3C baggage. */
    public static final String BAGGAGE = "baggage";

    /** The member of the baggage that tells the criticality. */
    static final String MEMBER = "criticality";

    /** The names RFC 9110 (section 5.1) allows. */
    private static final Pattern TOKEN = Pattern.compile("[!#$%&'*+\\-.^_`|~0-9A-Za-z]+");

    private static final int MOST_DIGITS = 4;

    private static final ContextHeaders DEFAULTS = builder().build();

    private final @Nullable String criticalityHeader;
    private final Criticality maxFromHeader;
    private final @Nullable String cohortHeader;
    private final boolean deadlines;
    private final boolean attempts;
    private final @Nullable String attemptHeader;
    private final Ticker ticker;

    private ContextHeaders(Builder builder) {
        this.criticalityHeader = builder.criticality ? builder.criticalityHeader : null;
        this.maxFromHeader = builder.maxFromHeader;
        this.cohortHeader = builder.cohortHeader;
        this.deadlines = builder.deadlines;
        this.attempts = builder.attempts;
        this.attemptHeader = builder.attemptHeader;
        this.ticker = builder.ticker;
    }

    /** What a new builder builds. */
    public static ContextHeaders defaults() {
        return DEFAULTS;
    }

    /** A builder. */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * The context of a request of {@code route}; its criticality is the route's own where the request tells none.
     *
     * @param header gives the value of a header by its name in any case, several of one name joined by commas; or null
     */
    public CallContext read(Route route, Function<String, @Nullable String> header) {
        return read(route, route.criticality(), header);
    }

    /** {@link #read(Route, Function)} where requests of their kind matter {@code own}, whatever others of the route do. */
    public CallContext read(Route route, Criticality own, Function<String, @Nullable String> header) {
        Criticality claimed = claimed(header);
        boolean usual = own == Criticality.CRITICAL && route.criticality() == Criticality.CRITICAL;
        CallContext context = claimed == null && usual
                ? CallContext.NONE
                : CallContext.of(claimed == null ? own : bounded(claimed, own));
        String key = cohortHeader == null ? null : header.apply(cohortHeader);
        if (key != null && !key.isBlank()) {
            context = context.cohort(key);
        }
        if (deadlines) {
            long nanos = Timeouts.shorter(
                    Timeouts.parse(header.apply(TIMEOUT)),
                    Timeouts.shorter(
                            Timeouts.parseGrpc(header.apply(GRPC_TIMEOUT)),
                            Timeouts.parseMillis(header.apply(ENVOY_TIMEOUT))));
            if (nanos > 0) {
                context = context.timeout(Duration.ofNanos(nanos), ticker);
            }
        }
        return attempts ? context.attempt(attempt(header)) : context;
    }

    private int attempt(Function<String, @Nullable String> header) {
        int own = attemptHeader == null ? 0 : number(header.apply(attemptHeader));
        int before = number(header.apply(GRPC_ATTEMPTS));
        return Math.max(Math.max(1, own), Math.max(number(header.apply(ENVOY_ATTEMPT)), before + 1));
    }

    /** A number of a few digits; 0 for what is none. */
    private static int number(@Nullable String text) {
        int number = 0;
        for (int i = 0; text != null && i < text.length(); i++) {
            int digit = text.charAt(i) - '0';
            if (digit < 0 || digit > 9 || i >= MOST_DIGITS) {
                return 0;
            }
            number = 10 * number + digit;
        }
        return number;
    }

    private @Nullable Criticality claimed(Function<String, @Nullable String> header) {
        if (criticalityHeader == null) {
            return null;
        }
        Criticality claimed = Criticality.parse(header.apply(criticalityHeader));
        return claimed != null ? claimed : Criticality.parse(Baggage.value(header.apply(BAGGAGE), MEMBER));
    }

    private Criticality bounded(Criticality claimed, Criticality own) {
        Criticality bound = own.isAbove(maxFromHeader) ? own : maxFromHeader;
        return claimed.isAbove(bound) ? bound : claimed;
    }

    /**
     * Writes {@code context} to the headers of a request onward: its criticality as a member of {@code baggage}, beside
     * those that are there, and the time that is left as {@code X-Request-Timeout}, unless that says less already. What is
     * not known is not written, nor is a member for which the baggage has no room by its specification, nor which attempt the
     * call is: what it asks of others is another matter.
     *
     * <pre>{@code
     * ContextHeaders.write(CallContext.current(), request.headers()::getFirst, request.headers()::set);
     * }</pre>
     *
     * @param header gives the present value of a header of that request, or null
     * @param set sets a header of that request
     */
    public static void write(
            CallContext context, Function<String, @Nullable String> header, BiConsumer<String, String> set) {
        Criticality criticality = context.criticality();
        if (criticality != null) {
            String baggage = Baggage.with(header.apply(BAGGAGE), MEMBER, criticality.tag());
            if (baggage != null) {
                set.accept(BAGGAGE, baggage);
            }
        }
        if (context.hasDeadline()) {
            long nanos = context.remainingNanos();
            long present = Timeouts.parse(header.apply(TIMEOUT));
            if (present <= 0 || nanos < present) {
                set.accept(TIMEOUT, Timeouts.format(nanos));
            }
        }
    }

    /** Builds readers of headers. Not thread-safe. */
    public static final class Builder {
        private String criticalityHeader = CRITICALITY;
        private boolean criticality = true;
        private Criticality maxFromHeader = Criticality.SHEDDABLE;
        private @Nullable String cohortHeader;
        private boolean deadlines = true;
        private boolean attempts = true;
        private @Nullable String attemptHeader;
        private Ticker ticker = Ticker.system();

        private Builder() {}

        /**
         * Sets the header that tells the criticality. Default: {@value ContextHeaders#CRITICALITY}.
         *
         * @throws IllegalArgumentException if it is no name of a header
         */
        @CanIgnoreReturnValue
        public Builder criticalityHeader(String name) {
            this.criticalityHeader = checkName(name);
            return this;
        }

        /** Sets whether the criticality is read from headers and baggage. Default: true. */
        @CanIgnoreReturnValue
        public Builder criticalityFromHeader(boolean read) {
            this.criticality = read;
            return this;
        }

        /**
         * Sets the highest criticality that a request may claim where its route has a lower one. Default:
         * {@link Criticality#SHEDDABLE}, so that requests can lower theirs only.
         */
        @CanIgnoreReturnValue
        public Builder maxFromHeader(Criticality bound) {
            this.maxFromHeader = bound;
            return this;
        }

        /**
         * Sets the header whose value tells whom a call is for, such as a user's or a tenant's id: see
         * {@link CallContext#cohort}. Default: none.
         *
         * @throws IllegalArgumentException if it is no name of a header
         */
        @CanIgnoreReturnValue
        public Builder cohortHeader(String name) {
            this.cohortHeader = checkName(name);
            return this;
        }

        /** Sets whether the client's time-out is read from headers. Default: true. */
        @CanIgnoreReturnValue
        public Builder deadlineFromHeader(boolean read) {
            this.deadlines = read;
            return this;
        }

        /** Sets whether it is read from headers that the client tries again; see {@link CallContext#attempt}. Default: true. */
        @CanIgnoreReturnValue
        public Builder attemptFromHeader(boolean read) {
            this.attempts = read;
            return this;
        }

        /**
         * Sets a header that tells which attempt a request is, 1 for the first, beside those of Envoy and gRPC. Default: none.
         *
         * @throws IllegalArgumentException if it is no name of a header
         */
        @CanIgnoreReturnValue
        public Builder attemptHeader(String name) {
            this.attemptHeader = checkName(name);
            return this;
        }

        /** Sets where time is read. Default: {@link Ticker#system()}. */
        @CanIgnoreReturnValue
        public Builder ticker(Ticker ticker) {
            this.ticker = ticker;
            return this;
        }

        /** The reader. */
        public ContextHeaders build() {
            return new ContextHeaders(this);
        }

        private static String checkName(String name) {
            checkArgument(TOKEN.matcher(name).matches(), "a header's name must be a token of RFC 9110: '%s'", name);
            return name;
        }
    }
}
