/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.quarkus.deployment;

import io.loadline.limit.CallContext;
import io.loadline.testing.Gate;
import io.smallrye.common.annotation.Blocking;
import io.smallrye.common.annotation.NonBlocking;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.StreamingOutput;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeoutException;

/** One endpoint for each way in which a request can be served and end. */
@Path("/")
public class HeldResource {

    @GET
    @Path("orders/{id}")
    @NonBlocking
    public String order(@PathParam("id") String id) {
        return "order " + id;
    }

    @POST
    @Path("orders")
    public String add(String body) {
        return "added " + body.length();
    }

    /** On a worker. */
    @GET
    @Path("held")
    @Blocking
    public String held(@QueryParam("gate") String gate, @Context RoutingContext request) {
        tellWhenGone(gate, request);
        Gate.of(gate).pass();
        return io.vertx.core.Context.isOnEventLoopThread() ? "on the event loop" : "opened";
    }

    @GET
    @Path("held-uni")
    public Uni<String> heldUni(@QueryParam("gate") String gate) {
        return Uni.createFrom().completionStage(() -> Gate.of(gate).opened());
    }

    @GET
    @Path("held-stage")
    public CompletionStage<String> heldStage(@QueryParam("gate") String gate) {
        return Gate.of(gate).opened();
    }

    @GET
    @Path("streamed")
    @Produces(MediaType.TEXT_PLAIN)
    public Multi<String> streamed(@QueryParam("gate") String gate) {
        return Multi.createBy()
                .concatenating()
                .streams(
                        Multi.createFrom().item("one"),
                        Multi.createFrom().completionStage(() -> Gate.of(gate).opened()));
    }

    @GET
    @Path("lines")
    @Produces("application/x-ndjson")
    public Multi<String> lines(@QueryParam("gate") String gate) {
        return streamed(gate);
    }

    @GET
    @Path("sse")
    @Produces(MediaType.SERVER_SENT_EVENTS)
    public Multi<String> sse(@QueryParam("gate") String gate) {
        return Multi.createBy()
                .concatenating()
                .streams(
                        Multi.createFrom().item("hello"),
                        Multi.createFrom().completionStage(() -> Gate.of(gate).opened()));
    }

    /** On a worker until there is a stream. */
    @GET
    @Path("prepared-sse")
    @Produces(MediaType.SERVER_SENT_EVENTS)
    @Blocking
    public Multi<String> preparedSse(@QueryParam("gate") String gate, @QueryParam("then") String then) {
        Gate.of(gate).pass();
        return sse(then);
    }

    /** Fails before there is a stream. */
    @GET
    @Path("failed-sse")
    @Produces(MediaType.SERVER_SENT_EVENTS)
    public Multi<String> failedSse() {
        throw new IllegalStateException("on purpose");
    }

    /** Writes from a worker. */
    @GET
    @Path("output")
    @Produces(MediaType.TEXT_PLAIN)
    public StreamingOutput output(@QueryParam("gate") String gate, @Context RoutingContext request) {
        return out -> {
            tellWhenGone(gate, request);
            out.write("one".getBytes(StandardCharsets.UTF_8));
            out.flush();
            Gate.of(gate).pass();
            out.write("two".getBytes(StandardCharsets.UTF_8));
        };
    }

    @GET
    @Path("empty")
    public Uni<Void> empty() {
        return Uni.createFrom().voidItem();
    }

    @GET
    @Path("thrown")
    public String thrown() {
        throw new IllegalStateException("on purpose");
    }

    @GET
    @Path("failed")
    public Uni<String> failed() {
        return Uni.createFrom().failure(new IllegalStateException("on purpose"));
    }

    @GET
    @Path("timeout")
    public Uni<String> timeout() {
        return Uni.createFrom().failure(new TimeoutException("on purpose"));
    }

    @GET
    @Path("status")
    public String status(@QueryParam("status") int status) {
        throw new WebApplicationException(status);
    }

    @GET
    @Path("half")
    @Produces(MediaType.TEXT_PLAIN)
    public Multi<String> half() {
        return Multi.createBy()
                .concatenating()
                .streams(
                        Multi.createFrom().item("one"),
                        Multi.createFrom().failure(new IllegalStateException("on purpose")));
    }

    /** A long poll. */
    @GET
    @Path("changes")
    public Uni<String> changes(@QueryParam("gate") String gate) {
        return heldUni(gate);
    }

    @GET
    @Path("context")
    @Blocking
    public String context() {
        return describe(CallContext.current());
    }

    @GET
    @Path("context-uni")
    public Uni<String> contextLater(@Context RoutingContext request) {
        return Uni.createFrom()
                .item(1)
                .onItem()
                .delayIt()
                .by(Duration.ofMillis(1))
                .map(one -> describe(CallContext.current()) + " "
                        + (request.get(CallContext.ATTRIBUTE) == CallContext.current()));
    }

    /** By the gate {@code -gone}, when everybody else has been told that the client has gone. */
    static void tellWhenGone(String gate, RoutingContext request) {
        request.addEndHandler(result -> {
            if (result.failed() || !request.response().ended()) {
                request.vertx().runOnContext(unused -> Gate.of(gate + "-gone").arrive());
            }
        });
    }

    private static String describe(CallContext context) {
        return context.criticality() + " " + context.remaining().isPresent();
    }
}
