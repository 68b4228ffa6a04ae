/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.samples.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a recipe must have, and what must go together in it. */
class RecipesTest {
    private static final Map<String, String> PROBES =
            Map.of("startupProbe", "/startupz", "readinessProbe", "/readyz", "livenessProbe", "/livez");

    /** How long Knative's queue-proxy has had no request before the service is told to end; they may come for 10 s. */
    private static final int QUEUE_PROXY_DRAIN_SECONDS = 10 + 30;

    /** It is in the service's pod. */
    private static final List<String> PORTS_OF_QUEUE_PROXY = List.of("8012", "8013", "8022", "8112", "9090", "9091");

    /** Image, JVM and most of the context, before Loadline measures the start. */
    private static final int UNMEASURED_START_SECONDS = 60;

    private final List<Manifest> manifests = new ArrayList<>();

    static Stream<String> recipes() {
        return Folder.RECIPES.stream();
    }

    static Stream<String> onDeployments() {
        return Folder.RECIPES.stream().filter(recipe -> !recipe.equals("knative"));
    }

    static Stream<String> onLoad() {
        return Folder.ON_LOAD.stream();
    }

    @ParameterizedTest
    @MethodSource("onDeployments")
    void deployment_startsServesAndLeavesInOrder(String recipe) throws Exception {
        manifests.addAll(Folder.built(recipe));
        JsonNode spec = Folder.one(manifests, "Deployment").at("/spec");
        JsonNode pod = spec.at("/template/spec");
        JsonNode container = pod.at("/containers/0");

        PROBES.forEach((probe, path) -> {
            JsonNode request = container.at("/" + probe + "/httpGet");
            assertThat(request.at("/path").asText()).isEqualTo(path);
            assertThat(request.at("/port").asText()).isEqualTo("http");
        });
        assertThat(containerPort(container, "http")).as("what the sample listens on").isEqualTo("8080");
        int preStop = container.at("/lifecycle/preStop/sleep/seconds").asInt();
        assertThat(preStop).isPositive();
        assertThat(seconds(env(container, "LOADLINE_DRAIN_PRESTOPSLEEP"))).isEqualTo(preStop);
        assertThat(preStop + seconds(env(container, "LOADLINE_DRAIN_DEADLINE")))
                .isLessThan(pod.at("/terminationGracePeriodSeconds").asInt());
        assertThat(pod.at("/topologySpreadConstraints"))
                .extracting(constraint -> constraint.at("/topologyKey").asText())
                .containsExactly("topology.kubernetes.io/zone", "kubernetes.io/hostname");
        assertThat(spec.has("replicas")).as("belongs to the autoscaler").isFalse();
        assertThat(spec.at("/strategy/rollingUpdate/maxUnavailable").asText()).isEqualTo("0");
        assertThat(pod.at("/securityContext/runAsNonRoot").asBoolean()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"service.yaml", "service-on-load.yaml"})
    void knative_hasWhatItMayAndLeavesTheRestToKnative(String file) throws Exception {
        Manifest service =
                Folder.read(Folder.ROOT.resolve("knative").resolve(file)).get(0);
        JsonNode revision = service.at("/spec/template/spec");
        JsonNode container = revision.at("/containers/0");

        PROBES.forEach((probe, path) ->
                assertThat(container.at("/" + probe + "/httpGet/path").asText()).isEqualTo(path));
        assertThat(revision.at("/containerConcurrency").asInt(-1)).isZero();
        assertThat(QUEUE_PROXY_DRAIN_SECONDS + seconds(env(container, "LOADLINE_DRAIN_DEADLINE")))
                .isLessThan(revision.at("/timeoutSeconds").asInt());
        assertThat(container.at("/ports")).hasSize(1);
        String managementPort = env(container, "MANAGEMENT_PORT");
        assertThat(PORTS_OF_QUEUE_PROXY).doesNotContain(managementPort);
        JsonNode scraped = Folder.one(Folder.built("knative"), "PodMonitor").at("/spec/podMetricsEndpoints/0");
        assertThat(scraped.at("/port").asText()).as("as Knative names it").isEqualTo("user-port");
        assertThat(scraped.at("/relabelings/0/replacement").asText()).isEqualTo("$1:" + managementPort);
        // Knative refuses these.
        assertThat(container.has("lifecycle")).isFalse();
        assertThat(revision.has("terminationGracePeriodSeconds")).isFalse();
    }

    @ParameterizedTest
    @MethodSource("recipes")
    void slowStart_isToldOfBeforeItIsKilled(String recipe) throws Exception {
        Manifest service = Folder.built(recipe).stream()
                .filter(each -> each.at("/spec/template/spec").has("containers"))
                .findAny()
                .orElseThrow();
        JsonNode probe = service.at("/spec/template/spec/containers/0/startupProbe");
        String alert = Queries.rules()
                .filter(rule -> rule.at("/alert").asText().equals("StartSlowerThanForecast"))
                .map(rule -> rule.at("/expr").asText())
                .findAny()
                .orElseThrow();
        int toldAfter = Integer.parseInt(alert.replaceFirst("(?s).*\\) > (\\d+)\\s*", "$1"));

        int killedAfter =
                probe.at("/periodSeconds").asInt() * probe.at("/failureThreshold").asInt();
        assertThat(killedAfter).isGreaterThan(toldAfter + UNMEASURED_START_SECONDS);
        // Knative's own is 600 s.
        assertThat(service.at("/spec/progressDeadlineSeconds").asInt(600)).isGreaterThan(killedAfter);
    }

    @ParameterizedTest
    @MethodSource("recipes")
    void budgets_allow_allThatMayBeThereAtOnce(String recipe) throws Exception {
        manifests.addAll(Folder.built(recipe));
        JsonNode quota = Folder.one(manifests, "ResourceQuota").at("/spec/hard");
        Budget budget = Budget.of(manifests);

        assertThat(quota.at("/pods").asInt()).isGreaterThanOrEqualTo(budget.pods());
        budget.ofAllPods(quota.at("/pods").asInt())
                .forEach((resource, amount) -> assertThat(
                                Budget.amount(quota.path(resource).asText()))
                        .as(resource)
                        .isGreaterThanOrEqualTo(amount));
    }

    @ParameterizedTest
    @MethodSource("onDeployments")
    void selectors_findThePods(String recipe) throws Exception {
        manifests.addAll(Folder.built(recipe));
        Manifest deployment = Folder.one(manifests, "Deployment");
        JsonNode labels = deployment.at("/spec/template/metadata/labels");
        Manifest monitor = Folder.one(manifests, "PodMonitor");
        Manifest budget = Folder.one(manifests, "PodDisruptionBudget");

        for (Manifest each : List.of(deployment, monitor, budget)) {
            assertThat(each.text("/metadata/namespace")).isEqualTo(deployment.text("/metadata/namespace"));
            assertThat(each.at("/spec/selector/matchLabels").properties())
                    .isNotEmpty()
                    .allSatisfy(label -> assertThat(labels.get(label.getKey())).isEqualTo(label.getValue()));
        }
        assertThat(budget.text("/spec/maxUnavailable")).endsWith("%");
        assertThat(labels.get(monitor.text("/spec/jobLabel")).asText())
                .as("the job, which rules take for the name of the HPA")
                .isEqualTo(deployment.name());
        JsonNode container = deployment.at("/spec/template/spec/containers/0");
        assertThat(containerPort(container, monitor.text("/spec/podMetricsEndpoints/0/port")))
                .isEqualTo(env(container, "MANAGEMENT_PORT"));
    }

    @ParameterizedTest
    @MethodSource("onDeployments")
    void scaler_isOneAndGoesUpFastAndDownSlowly(String recipe) throws Exception {
        manifests.addAll(Folder.built(recipe));
        Scaler scaler = Scaler.of(manifests);
        String deployment = Folder.one(manifests, "Deployment").name();

        assertThat(scaler.target()).isEqualTo(deployment);
        assertThat(scaler.hpaName()).isEqualTo(deployment);
        assertThat(scaler.behavior())
                .as("the same everywhere")
                .isEqualTo(Scaler.of(Folder.built("hpa-pods-metric")).behavior());
        assertThat(scaler.behavior().at("/scaleUp/stabilizationWindowSeconds").asInt(-1))
                .isZero();
        assertThat(scaler.behavior().at("/scaleUp/policies")).hasSize(2);
        assertThat(scaler.behavior().at("/scaleDown/stabilizationWindowSeconds").asInt())
                .isEqualTo(300);
        assertThat(scaler.max()).isGreaterThan(scaler.min());
    }

    @ParameterizedTest
    @MethodSource("onLoad")
    void load_isKeptAtTheSameEverywhere(String recipe) throws Exception {
        manifests.addAll(Folder.built(recipe));
        Scaler scaler = Scaler.of(manifests);

        assertThat(scaler.min()).as("one per zone").isEqualTo(3);
        assertThat(scaler.loadTargets()).isNotEmpty().isSubsetOf("700m", "70");
    }

    @ParameterizedTest
    @ValueSource(strings = {"keda-prometheus", "keda-metrics-api", "scheduled", "queue-to-zero"})
    void keda_withoutFigures_keepsWhatThereIs(String recipe) throws Exception {
        Manifest scaled = Folder.one(Folder.built(recipe), "ScaledObject");
        Scaler scaler = Scaler.of(List.of(scaled));

        assertThat(scaled.text("/spec/fallback/behavior")).isEqualTo("currentReplicasIfHigher");
        assertThat(scaled.at("/spec/fallback/replicas").asInt()).isBetween(Math.max(1, scaler.min()), scaler.max());
        for (JsonNode trigger : scaled.at("/spec/triggers")) {
            JsonNode metadata = trigger.at("/metadata");
            Stream.of("threshold", "targetValue", "value")
                    .filter(metadata::has)
                    .forEach(key -> assertThat(metadata.get(key).asText())
                            .as("whole, for the fallback")
                            .matches("[1-9]\\d*"));
            if (trigger.at("/type").asText().equals("prometheus")) {
                assertThat(metadata.at("/ignoreNullValues").asText()).isEqualTo("false");
                assertThat(metadata.at("/query").asText())
                        .startsWith("sum(")
                        .contains("namespace=\"orders\",job=\"orders\"");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"hpa-pods-metric", "hpa-external", "predicted"})
    void metrics_ofHpas_areServedByTheAdapter(String recipe) throws Exception {
        JsonNode rules = Folder.read(Queries.MONITORING.resolve("prometheus-adapter.yaml"))
                .get(0)
                .at("/rules");
        for (JsonNode metric :
                Folder.one(Folder.built(recipe), "HorizontalPodAutoscaler").at("/spec/metrics")) {
            if (metric.at("/type").asText().equals("Pods")) {
                assertThat(rules.at("/custom/0/seriesQuery").asText())
                        .contains("\"" + metric.at("/pods/metric/name").asText() + "|");
            } else {
                assertThat(rules.at("/external"))
                        .extracting(rule -> rule.at("/name/as").asText())
                        .contains(metric.at("/external/metric/name").asText());
            }
        }
    }

    @Test
    void metricsApi_asksThePortThatServesIt() throws Exception {
        manifests.addAll(Folder.built("keda-metrics-api"));
        JsonNode trigger = Folder.one(manifests, "ScaledObject").at("/spec/triggers/0/metadata");
        String managementPort =
                env(Folder.one(manifests, "Deployment").at("/spec/template/spec/containers/0"), "MANAGEMENT_PORT");

        assertThat(trigger.at("/url").asText())
                .isEqualTo("http://orders.orders.svc:" + managementPort + "/loadline/load");
        assertThat(Folder.one(manifests, "Service").at("/spec/ports"))
                .extracting(port -> port.at("/port").asText())
                .contains(managementPort);
    }

    @Test
    void headroom_isAsLargeAsPodsOfTheService() throws Exception {
        JsonNode placeholder =
                Folder.one(Folder.built("headroom"), "Deployment").at("/spec/template/spec");
        JsonNode pod = Folder.one(Folder.built("hpa-pods-metric"), "Deployment").at("/spec/template/spec");

        assertThat(placeholder.at("/containers/0/resources/requests"))
                .isEqualTo(pod.at("/containers/0/resources/requests"));
        assertThat(Folder.one(Folder.built("headroom"), "PriorityClass")
                        .at("/value")
                        .asInt())
                .isBetween(-10, -1);
    }

    private static String containerPort(JsonNode container, String name) {
        return Manifest.elements(container.at("/ports"))
                .filter(port -> port.at("/name").asText().equals(name))
                .map(port -> port.at("/containerPort").asText())
                .findAny()
                .orElseThrow(() -> new AssertionError("no port " + name));
    }

    private static String env(JsonNode container, String name) {
        return Manifest.elements(container.at("/env"))
                .filter(variable -> variable.at("/name").asText().equals(name))
                .map(variable -> variable.at("/value").asText())
                .findAny()
                .orElseThrow(() -> new AssertionError("no " + name));
    }

    private static long seconds(String duration) {
        return Duration.parse("PT" + duration).toSeconds();
    }
}
