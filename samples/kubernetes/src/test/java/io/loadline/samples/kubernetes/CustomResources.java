/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.samples.kubernetes;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscalerBehavior;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The fields of resources that the Kubernetes client has no classes for, as their projects document them: KEDA 2.20, the Vertical
 * Pod Autoscaler's {@code autoscaling.k8s.io/v1}, kustomize 5 as far as it is used here.
 */
final class CustomResources {
    /** By type of trigger: what its metadata must have, and what else it may have. */
    static final Map<String, TriggerKeys> TRIGGERS = Map.of(
            "prometheus",
            new TriggerKeys(
                    Set.of("serverAddress", "query", "threshold"),
                    Set.of("activationThreshold", "ignoreNullValues", "timeout")),
            "metrics-api",
            new TriggerKeys(
                    Set.of("url", "valueLocation", "targetValue"),
                    Set.of(
                            "format",
                            "activationTargetValue",
                            "aggregateFromKubeServiceEndpoints",
                            "aggregationType",
                            "timeout")),
            "cron",
            new TriggerKeys(Set.of("timezone", "start", "end", "desiredReplicas"), Set.of()),
            "rabbitmq",
            new TriggerKeys(
                    Set.of("mode", "value", "queueName"),
                    Set.of("protocol", "activationValue", "excludeUnacknowledged", "vhostName", "timeout")));

    private CustomResources() {}

    record TriggerKeys(Set<String> required, Set<String> optional) {}

    record ScaledObject(String apiVersion, String kind, ObjectMeta metadata, ScaledObjectSpec spec) {}

    record ScaledObjectSpec(
            ScaleTarget scaleTargetRef,
            Integer pollingInterval,
            Integer cooldownPeriod,
            Integer initialCooldownPeriod,
            Integer idleReplicaCount,
            Integer minReplicaCount,
            Integer maxReplicaCount,
            Fallback fallback,
            Advanced advanced,
            List<Trigger> triggers) {}

    record ScaleTarget(String apiVersion, String kind, String name, String envSourceContainerName) {}

    record Fallback(Integer failureThreshold, Integer replicas, String behavior) {}

    record Advanced(
            Boolean restoreToOriginalReplicaCount,
            HpaConfig horizontalPodAutoscalerConfig,
            ScalingModifiers scalingModifiers) {}

    record HpaConfig(String name, HorizontalPodAutoscalerBehavior behavior) {}

    record ScalingModifiers(String formula, String target, String activationTarget, String metricType) {}

    record Trigger(
            String type,
            String name,
            String metricType,
            Boolean useCachedMetrics,
            Map<String, String> metadata,
            Reference authenticationRef) {}

    record Reference(String name, String kind) {}

    record TriggerAuthentication(String apiVersion, String kind, ObjectMeta metadata, AuthenticationSpec spec) {}

    record AuthenticationSpec(List<SecretKey> secretTargetRef) {}

    record SecretKey(String parameter, String name, String key) {}

    record VerticalPodAutoscaler(String apiVersion, String kind, ObjectMeta metadata, VerticalSpec spec) {}

    record VerticalSpec(ScaleTarget targetRef, UpdatePolicy updatePolicy, ResourcePolicy resourcePolicy) {}

    record UpdatePolicy(String updateMode, Integer minReplicas) {}

    record ResourcePolicy(List<ContainerPolicy> containerPolicies) {}

    record ContainerPolicy(
            String containerName,
            String mode,
            List<String> controlledResources,
            String controlledValues,
            Map<String, String> minAllowed,
            Map<String, String> maxAllowed) {}

    record Kustomization(
            String apiVersion, String kind, List<String> resources, List<ConfigMapGenerator> configMapGenerator) {}

    record ConfigMapGenerator(String name, String namespace, List<String> files, GeneratorOptions options) {}

    record GeneratorOptions(boolean disableNameSuffixHash, Map<String, String> labels) {}

    /** Values of the chart of prometheus-adapter. */
    record AdapterValues(AdapterPrometheus prometheus, String metricsRelistInterval, AdapterRules rules) {}

    record AdapterPrometheus(String url, int port) {}

    record AdapterRules(
            @JsonProperty("default") boolean defaults, List<AdapterRule> custom, List<AdapterRule> external) {}

    record AdapterRule(String seriesQuery, AdapterResources resources, AdapterName name, String metricsQuery) {}

    record AdapterResources(Map<String, AdapterResource> overrides) {}

    record AdapterResource(String group, String resource) {}

    record AdapterName(String matches, String as) {}
}
