/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.limit;

import static io.loadline.internal.Checks.checkArgument;

import io.loadline.internal.JsonWriter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/**
 * A refusal, ready for the wire. Immutable and built once per reason, so that refusing costs less than serving; only what
 * depends on the client is built anew.
 *
 * <p>The body is a problem detail of RFC 9457; the extension member {@code reason} tells machines which limit spoke.
 */
public final class Rejection {
    /** The media type of {@link #problemJson()}. */
    public static final String PROBLEM_JSON = "application/problem+json";

    private static final int TOO_MANY_REQUESTS = 429;

    private final RejectionReason reason;
    private final int status;
    private final Duration retryAfter;
    private final String retryAfterSeconds;
    private final byte[] problemJson;

    private Rejection(RejectionReason reason, int status, Duration retryAfter, String detail) {
        this(reason, status, retryAfter, problem(reason, status, detail));
    }

    private Rejection(RejectionReason reason, int status, Duration retryAfter, byte[] problemJson) {
        this.reason = reason;
        this.status = status;
        this.retryAfter = retryAfter;
        this.retryAfterSeconds = Long.toString(retryAfter.toSeconds());
        this.problemJson = problemJson;
    }

    private static byte[] problem(RejectionReason reason, int status, String detail) {
        JsonWriter json = new JsonWriter();
        json.beginObject()
                .member("type", "about:blank")
                .member("title", status == TOO_MANY_REQUESTS ? "Too Many Requests" : "Service Unavailable")
                .member("status", status)
                .member("detail", detail)
                .member("reason", reason.tag())
                .endObject();
        return json.toString().getBytes(StandardCharsets.UTF_8);
    }

    /** The refusal for {@code reason}; always the same object. */
    public static Rejection of(RejectionReason reason) {
        return switch (reason) {
            case LIMIT -> Holder.LIMIT;
            case ROUTE_CAP -> Holder.ROUTE_CAP;
            case QUEUE -> Holder.QUEUE;
            case DRAINING -> Holder.DRAINING;
            case PRIORITY -> Holder.PRIORITY;
            case DEADLINE -> Holder.DEADLINE;
            case QUOTA -> Holder.QUOTA;
        };
    }

    /**
     * The same refusal, but another try makes sense after {@code wait}: rounded up to whole seconds, at least one, so that
     * whoever waits as long does not come too early.
     *
     * @throws IllegalArgumentException if it is negative
     */
    public Rejection retryAfter(Duration wait) {
        checkArgument(!wait.isNegative(), "wait must not be negative: %s", wait);
        long seconds = Math.max(1, wait.plusNanos(999_999_999).toSeconds());
        return seconds == retryAfter.toSeconds()
                ? this
                : new Rejection(reason, status, Duration.ofSeconds(seconds), problemJson);
    }

    /** Why. */
    public RejectionReason reason() {
        return reason;
    }

    /** The HTTP status: 429 where the client has asked for too much, 503 where the service can not. */
    public int status() {
        return status;
    }

    /** After how long another try makes sense; at least one second. */
    public Duration retryAfter() {
        return retryAfter;
    }

    /** The value of the {@code Retry-After} header: whole seconds, at least 1. */
    public String retryAfterSeconds() {
        return retryAfterSeconds;
    }

    /** A fresh copy of the body, {@value #PROBLEM_JSON} in UTF-8. */
    public byte[] problemJson() {
        return problemJson.clone();
    }

    private static final class Holder {
        static final Rejection LIMIT = new Rejection(
                RejectionReason.LIMIT,
                503,
                Duration.ofSeconds(1),
                "The service is at its concurrency limit. Try again later.");
        static final Rejection ROUTE_CAP = new Rejection(
                RejectionReason.ROUTE_CAP,
                503,
                Duration.ofSeconds(1),
                "The service runs as many requests of this kind as it may. Try again later.");
        static final Rejection QUEUE = new Rejection(
                RejectionReason.QUEUE,
                503,
                Duration.ofSeconds(1),
                "The service is at its concurrency limit and the request waited in vain. Try again later.");
        static final Rejection DRAINING = new Rejection(
                RejectionReason.DRAINING, 503, Duration.ofSeconds(1), "This instance is shutting down. Try another.");
        static final Rejection PRIORITY = new Rejection(
                RejectionReason.PRIORITY,
                503,
                Duration.ofSeconds(1),
                "The service is busy with more important calls. Try again later.");
        static final Rejection DEADLINE = new Rejection(
                RejectionReason.DEADLINE,
                503,
                Duration.ofSeconds(1),
                "The time given for this call does not suffice. Try again with more.");
        static final Rejection QUOTA = new Rejection(
                RejectionReason.QUOTA,
                TOO_MANY_REQUESTS,
                Duration.ofSeconds(1),
                "The client has used its quota. Try again later.");
    }
}
