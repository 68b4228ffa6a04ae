/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.samples.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.loadline.testing.Wire;
import io.loadline.testing.Wire.Answer;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import tools.jackson.databind.JsonNode;

/** What operators, autoscalers and people read below {@code /loadline}. */
interface Reads extends Scenes {
    List<String> PATHS = List.of(
            "/loadline",
            "/loadline/load",
            "/loadline/startup",
            "/loadline/settings",
            "/loadline/memory",
            "/loadline/advice",
            "/loadline/advice.yaml");

    @Shows(Behaviour.READS)
    default void reads_areThereAndNotCached() {
        for (String path : PATHS) {
            Answer answer = service().manage(path);
            assertThat(answer.status()).as(path).isEqualTo(200);
            assertThat(answer.header("cache-control")).as(path).isEqualTo("no-store");
            assertThat(answer.header("content-type"))
                    .as(path)
                    .isEqualTo(path.endsWith(".yaml") ? "application/yaml" : "application/json");
        }
        assertThat(service().manage("/loadline/nothing").status()).isEqualTo(404);
    }

    @Shows(Behaviour.READS_HEAD)
    default void head_ofARead_hasNoBody() {
        try (Wire wire = service().managementConnection()) {
            Answer head = wire.send("HEAD", "/loadline").read("HEAD");
            assertThat(head.status()).isEqualTo(200);
            assertThat(head.header("content-type")).isEqualTo("application/json");
            // Were there a body, it would be taken for the next response.
            assertThat(wire.get("/loadline/load").status()).isEqualTo(200);
        }
    }

    @Shows(Behaviour.READS_ONLY)
    default void write_isNotAllowed() {
        for (String method : List.of("POST", "PUT", "DELETE")) {
            try (Wire wire = service().managementConnection()) {
                Answer answer = wire.send(method, "/loadline/settings", "Content-Length: 0")
                        .read(method);
                assertThat(answer.status()).as(method).isEqualTo(405);
                assertThat(answer.header("allow")).as(method).isEqualTo("GET, HEAD");
            }
        }
    }

    @Shows(Behaviour.LOAD)
    default void load_ready_isANumberAndItsPercentage() {
        Service.soon().untilAsserted(() -> {
            JsonNode load = Service.json(service().manage("/loadline/load"));
            assertThat(load.propertyNames()).containsExactlyInAnyOrder("load", "load_percent", "validity");
            assertThat(load.at("/validity").asString()).isEqualTo("VALID");
            assertThat(load.at("/load").asDouble()).isNotNegative();
            assertThat(load.at("/load_percent").asDouble() / 100)
                    .isCloseTo(load.at("/load").asDouble(), org.assertj.core.data.Offset.offset(1e-9));
        });
    }

    @Shows(Behaviour.STATUS_MEMBERS)
    default void status_hasItsMembers() {
        Set<String> members = new TreeSet<>();
        addMembers(service().status(), "", members);
        assertThat(members).isEqualTo(Surface.STATUS.expectedOf(adapter()));
    }

    @Shows(Behaviour.RESOURCES)
    default void resources_areWatched() {
        Service.soon().untilAsserted(() -> {
            Set<String> watched =
                    new TreeSet<>(service().status().at("/saturations").propertyNames());
            // Not every kernel tells of disks.
            watched.remove("io");
            assertThat(watched).isEqualTo(Surface.RESOURCES.expectedOf(adapter()));
        });
    }

    @Shows(Behaviour.SETTINGS_KEYS)
    default void settings_haveTheirKeys() {
        Set<String> keys = new TreeSet<>();
        Service.json(service().manage("/loadline/settings"))
                .at("/settings")
                .forEach(each -> keys.add(each.at("/key").asString()));
        assertThat(keys).isEqualTo(Surface.SETTINGS.expectedOf(adapter()));
    }

    @Shows(Behaviour.MANAGEMENT_ONLY)
    default void reads_areNotOnTheServicesOwnPort() {
        assertThat(service().get("/loadline").status()).isEqualTo(404);
    }

    @Shows(Behaviour.NO_ORDERS_THERE)
    default void managementPort_doesNotServeOrders() {
        assertThat(service().manage("/orders/1").status()).isEqualTo(404);
    }

    /** Names that depend on what there is, such as criticalities and workloads, are left out. */
    private static void addMembers(JsonNode node, String path, Set<String> members) {
        if (node.isArray()) {
            node.forEach(each -> addMembers(each, path + "[]", members));
        } else if (!path.matches(
                "/(criticality|workloads|saturations|saturationDetails|quotas\\[]/(routes|classes))")) {
            node.propertyNames().forEach(name -> {
                members.add(path + "/" + name);
                addMembers(node.get(name), path + "/" + name, members);
            });
        }
    }
}
