/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.samples.kubernetes;

import static java.util.Map.entry;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.cfg.CoercionAction;
import com.fasterxml.jackson.databind.cfg.CoercionInputShape;
import com.fasterxml.jackson.databind.introspect.Annotated;
import com.fasterxml.jackson.databind.introspect.JacksonAnnotationIntrospector;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.type.LogicalType;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.ResourceQuota;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscaler;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.kubernetes.api.model.scheduling.v1.PriorityClass;
import io.fabric8.openshift.api.model.monitoring.v1.PodMonitor;
import io.fabric8.openshift.api.model.monitoring.v1.PrometheusRule;
import java.io.Serial;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Tells what an API server would refuse, as far as it can be told without one. Thread-safe. */
final class Schema {
    /*
     * The client's classes keep fields that they do not know, for newer servers. Here these are errors: the annotation that
     * makes them do so is not looked at. What is a string must be one, as for a server.
     */
    private static final ObjectMapper STRICT = strict();

    private static final Map<String, Class<?>> CLASSES = Map.ofEntries(
            entry("v1/Namespace", Namespace.class),
            entry("v1/ResourceQuota", ResourceQuota.class),
            entry("v1/Service", Service.class),
            entry("apps/v1/Deployment", Deployment.class),
            entry("autoscaling/v2/HorizontalPodAutoscaler", HorizontalPodAutoscaler.class),
            entry("policy/v1/PodDisruptionBudget", PodDisruptionBudget.class),
            entry("scheduling.k8s.io/v1/PriorityClass", PriorityClass.class),
            entry("monitoring.coreos.com/v1/PodMonitor", PodMonitor.class),
            entry("monitoring.coreos.com/v1/PrometheusRule", PrometheusRule.class),
            entry("serving.knative.dev/v1/Service", io.fabric8.knative.serving.v1.Service.class),
            entry("keda.sh/v1alpha1/ScaledObject", CustomResources.ScaledObject.class),
            entry("keda.sh/v1alpha1/TriggerAuthentication", CustomResources.TriggerAuthentication.class),
            entry("autoscaling.k8s.io/v1/VerticalPodAutoscaler", CustomResources.VerticalPodAutoscaler.class),
            entry("kustomize.config.k8s.io/v1beta1/Kustomization", CustomResources.Kustomization.class));

    /** To the client these are just strings. */
    private static final Map<String, Set<String>> WORDS = Map.ofEntries(
            entry("selectPolicy", Set.of("Max", "Min", "Disabled")),
            entry("whenUnsatisfiable", Set.of("DoNotSchedule", "ScheduleAnyway")),
            entry("unhealthyPodEvictionPolicy", Set.of("IfHealthyBudget", "AlwaysAllow")),
            entry("preemptionPolicy", Set.of("Never", "PreemptLowerPriority")),
            entry("updateMode", Set.of("Off", "Initial", "Recreate", "InPlaceOrRecreate")),
            entry("controlledValues", Set.of("RequestsOnly", "RequestsAndLimits")),
            entry("metricType", Set.of("AverageValue", "Value")),
            entry("aggregationType", Set.of("average", "sum", "max", "min")),
            entry("ignoreNullValues", Set.of("true", "false")),
            entry("aggregateFromKubeServiceEndpoints", Set.of("true", "false")),
            entry("excludeUnacknowledged", Set.of("true", "false")),
            entry("protocol", Set.of("auto", "http", "amqp", "TCP")),
            entry("mode", Set.of("QueueLength", "MessageRate", "Auto", "Off")));

    private Schema() {}

    /** What is wrong with it; empty if nothing is. */
    static List<String> problems(Manifest manifest) {
        Class<?> type = CLASSES.get(manifest.type());
        if (type == null) {
            return List.of("no class for " + manifest.type());
        }
        List<String> problems = new ArrayList<>(problems(manifest.tree(), type));
        for (Map.Entry<String, Set<String>> words : WORDS.entrySet()) {
            manifest.all(words.getKey())
                    .filter(JsonNode::isValueNode)
                    .map(JsonNode::asText)
                    .filter(word -> !words.getValue().contains(word))
                    .forEach(word -> problems.add(words.getKey() + ": " + word));
        }
        for (JsonNode trigger : manifest.at("/spec/triggers")) {
            triggerProblems(trigger, problems);
        }
        return problems;
    }

    static List<String> problems(JsonNode tree, Class<?> type) {
        try {
            STRICT.treeToValue(tree, type);
            return List.of();
        } catch (JsonProcessingException e) {
            return List.of(e.getMessage());
        }
    }

    private static void triggerProblems(JsonNode trigger, List<String> problems) {
        String type = trigger.path("type").asText();
        CustomResources.TriggerKeys keys = CustomResources.TRIGGERS.get(type);
        if (keys == null) {
            problems.add("trigger of type " + type);
            return;
        }
        Set<String> unknown = new TreeSet<>();
        trigger.path("metadata").fieldNames().forEachRemaining(unknown::add);
        Set<String> missing = new TreeSet<>(keys.required());
        missing.removeAll(unknown);
        unknown.removeAll(keys.required());
        unknown.removeAll(keys.optional());
        if (!missing.isEmpty() || !unknown.isEmpty()) {
            problems.add(type + " lacks " + missing + ", does not know " + unknown);
        }
    }

    private static ObjectMapper strict() {
        JsonMapper mapper = JsonMapper.builder()
                .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                .annotationIntrospector(new NoUnknownFields())
                .build();
        for (CoercionInputShape shape :
                List.of(CoercionInputShape.Integer, CoercionInputShape.Float, CoercionInputShape.Boolean)) {
            mapper.coercionConfigFor(LogicalType.Textual).setCoercion(shape, CoercionAction.Fail);
        }
        return mapper;
    }

    /** Jackson's annotations but for the one that takes fields which the class does not have. */
    private static final class NoUnknownFields extends JacksonAnnotationIntrospector {
        @Serial
        private static final long serialVersionUID = 1L;

        @Override
        public Boolean hasAnySetter(Annotated annotated) {
            return false;
        }
    }
}
