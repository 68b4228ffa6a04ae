/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.quarkus.deployment;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HttpMethod;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import java.io.IOException;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import org.jboss.jandex.Index;
import org.junit.jupiter.api.Test;

/** Which endpoints are found, and by what names. */
class EndpointScannerTest {

    @Test
    void endpoints_areFoundWithMethodAndTemplate() throws IOException {
        Index index = Index.of(
                Orders.class,
                Special.class,
                Contract.class,
                Implementation.class,
                Client.class,
                Abstract.class,
                Heir.class,
                Purge.class);

        EndpointScanner found = EndpointScanner.scan(index, "/");

        assertThat(found.routes())
                .containsExactlyInAnyOrder(
                        "GET /orders",
                        "GET /orders/{id: [0-9]+}",
                        "POST /orders",
                        "PURGE /orders",
                        "GET /orders/events",
                        "GET /orders/either",
                        "GET /contract/{x}",
                        "DELETE /contract/own",
                        "GET /abstract/of");
        assertThat(found.eventStreams()).containsExactly("GET /orders/events");
    }

    @Test
    void rootPath_comesFirst() throws IOException {
        assertThat(EndpointScanner.scan(Index.of(Heir.class, Abstract.class), "/shop/")
                        .routes())
                .containsExactly("GET /shop/abstract/of");
    }

    @Retention(RetentionPolicy.RUNTIME)
    @HttpMethod("PURGE")
    @interface Purge {}

    @Path("orders")
    static class Orders {
        @GET
        public String all() {
            return "";
        }

        @GET
        @Path("/{id: [0-9]+}")
        public String one() {
            return "";
        }

        @POST
        public void add() {}

        @Purge
        public void purge() {}

        @GET
        @Path("events/")
        @Produces("text/event-stream")
        public String events() {
            return "";
        }

        @GET
        @Path("either")
        @Produces({"text/event-stream", "application/json"})
        public String either() {
            return "";
        }

        @Path("sub")
        public Special locator() {
            return new Special();
        }

        void helper() {}
    }

    static class Special {
        @GET
        public String unknown() {
            return "";
        }
    }

    @Path("/contract")
    interface Contract {
        @GET
        @Path("{x}")
        String get();
    }

    static class Implementation implements Contract {
        @Override
        public String get() {
            return "";
        }

        @DELETE
        @Path("own")
        public void own() {}
    }

    /** Nobody implements it here: it is that of a client. */
    @Path("/remote")
    interface Client {
        @GET
        String get();
    }

    @Path("/abstract")
    abstract static class Abstract {
        @GET
        @Path("of")
        public String of() {
            return "";
        }
    }

    static class Heir extends Abstract {}
}
