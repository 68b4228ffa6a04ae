/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.samples.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.util.List;

/** What scales a Deployment, whoever makes the HPA of it. Immutable, as long as nobody changes the tree. */
record Scaler(Manifest manifest) {

    /** The only one there is. */
    static Scaler of(List<Manifest> manifests) {
        List<Manifest> scalers = manifests.stream()
                .filter(each -> each.kind().equals("HorizontalPodAutoscaler")
                        || each.kind().equals("ScaledObject"))
                .toList();
        assertThat(scalers).as("two would fight").hasSize(1);
        return new Scaler(scalers.get(0));
    }

    boolean ofKeda() {
        return manifest.kind().equals("ScaledObject");
    }

    String target() {
        return manifest.text("/spec/scaleTargetRef/name");
    }

    String hpaName() {
        return ofKeda() ? manifest.text("/spec/advanced/horizontalPodAutoscalerConfig/name") : manifest.name();
    }

    int min() {
        return manifest.at(ofKeda() ? "/spec/minReplicaCount" : "/spec/minReplicas")
                .asInt();
    }

    int max() {
        return manifest.at(ofKeda() ? "/spec/maxReplicaCount" : "/spec/maxReplicas")
                .asInt();
    }

    JsonNode behavior() {
        return manifest.at(ofKeda() ? "/spec/advanced/horizontalPodAutoscalerConfig/behavior" : "/spec/behavior");
    }

    /** Of all metrics but a clock. */
    List<String> loadTargets() {
        if (ofKeda()) {
            return Manifest.elements(manifest.at("/spec/triggers"))
                    .map(trigger -> trigger.at("/metadata"))
                    .filter(metadata -> !metadata.has("timezone"))
                    .map(metadata ->
                            metadata.has("threshold") ? metadata.get("threshold") : metadata.get("targetValue"))
                    .map(JsonNode::asText)
                    .toList();
        }
        return manifest.all("target")
                .map(target -> target.path("averageValue"))
                .filter(value -> !(value instanceof MissingNode))
                .map(JsonNode::asText)
                .toList();
    }
}
