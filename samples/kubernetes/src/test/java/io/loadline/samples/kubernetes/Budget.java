/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.samples.kubernetes;

import static java.util.Map.entry;

import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.kubernetes.api.model.Quantity;
import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a recipe takes at most. Immutable.
 *
 * @param pods that may be there at once: the maximum, what a release adds, and what is still leaving
 * @param perPod what one of them counts with in a quota, by the quota's name of it
 */
record Budget(int pods, Map<String, BigDecimal> perPod) {
    private static final double SURGE = 0.25;

    /** Besides two revisions at their maximum. */
    private static final int LEAVING_OF_KNATIVE = 4;

    private static final String SIDECAR = "queue.sidecar.serving.knative.dev/%s-resource-%s";

    static Budget of(List<Manifest> manifests) {
        Map<String, BigDecimal> perPod = new LinkedHashMap<>();
        if (manifests.stream().anyMatch(each -> each.type().startsWith("serving.knative.dev"))) {
            JsonNode template = Folder.one(manifests, "Service").at("/spec/template");
            JsonNode annotations = template.at("/metadata/annotations");
            count(template.at("/spec/containers/0/resources"), perPod);
            for (Map.Entry<String, String> each : List.of(entry("requests", "request"), entry("limits", "limit"))) {
                for (String resource : List.of("cpu", "memory")) {
                    String sidecar = annotations
                            .path(SIDECAR.formatted(resource, each.getValue()))
                            .asText();
                    perPod.merge(each.getKey() + "." + resource, amount(sidecar), BigDecimal::add);
                }
            }
            int max = Integer.parseInt(
                    annotations.path("autoscaling.knative.dev/max-scale").asText());
            return new Budget(2 * max + LEAVING_OF_KNATIVE, perPod);
        }
        count(Folder.one(manifests, "Deployment").at("/spec/template/spec/containers/0/resources"), perPod);
        manifests.stream()
                .filter(each -> each.kind().equals("VerticalPodAutoscaler"))
                .map(each -> each.at("/spec/resourcePolicy/containerPolicies/0/maxAllowed"))
                .forEach(allowed -> allowed.properties()
                        .forEach(most -> perPod.put(
                                "requests." + most.getKey(),
                                amount(most.getValue().asText()))));
        int max = Scaler.of(manifests).max();
        int surge = (int) Math.ceil(SURGE * max);
        return new Budget(max + 2 * surge, perPod);
    }

    Map<String, BigDecimal> ofAllPods(int count) {
        Map<String, BigDecimal> all = new LinkedHashMap<>();
        perPod.forEach((resource, amount) -> all.put(resource, amount.multiply(BigDecimal.valueOf(count))));
        return all;
    }

    static BigDecimal amount(String quantity) {
        return Quantity.getAmountInBytes(Quantity.parse(quantity));
    }

    private static void count(JsonNode resources, Map<String, BigDecimal> perPod) {
        for (String kind : List.of("requests", "limits")) {
            for (String resource : List.of("cpu", "memory")) {
                perPod.put(
                        kind + "." + resource,
                        amount(resources.at("/" + kind + "/" + resource).asText()));
            }
        }
    }
}
