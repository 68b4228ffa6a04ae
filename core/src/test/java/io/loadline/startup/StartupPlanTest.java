/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.startup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StartupPlanTest {
    @Test
    void stages_areOrderedByTierThenDependencyThenAsAdded() {
        StartupPlan plan = StartupPlan.builder()
                .stage(stage("suggestions", StageTier.BACKGROUND))
                .stage(stage("prices", StageTier.IMPORTANT, "schema", "currencies"))
                .stage(stage("currencies", StageTier.IMPORTANT))
                .stage(stage("warm-up", StageTier.CRITICAL, "schema"))
                .stage(stage("schema", StageTier.CRITICAL))
                .build();

        assertThat(plan.stages())
                .extracting(StartupStage::name)
                .containsExactly("schema", "warm-up", "currencies", "prices", "suggestions");
    }

    @Test
    void build_withACycle_namesItsWay() {
        refused(() -> StartupPlan.builder()
                        .stage(stage("first", StageTier.CRITICAL, "a"))
                        .stage(stage("a", StageTier.CRITICAL, "b"))
                        .stage(stage("b", StageTier.CRITICAL, "c"))
                        .stage(stage("c", StageTier.CRITICAL, "a"))
                        .build())
                .withMessage("stages depend on each other: a -> b -> c -> a");
    }

    @Test
    void build_withADependencyThatDoesNotExist_namesTheWayToIt() {
        refused(() -> StartupPlan.builder()
                        .stage(stage("a", StageTier.CRITICAL, "b"))
                        .stage(stage("b", StageTier.CRITICAL, "chema"))
                        .stage(stage("schema", StageTier.CRITICAL))
                        .build())
                .withMessage("stage 'chema' does not exist: a -> b -> chema; there are [a, b, schema]");
    }

    @Test
    void build_withADependencyOfALowerTier_namesBoth() {
        refused(() -> StartupPlan.builder()
                        .stage(stage("a", StageTier.CRITICAL, "b"))
                        .stage(stage("b", StageTier.BACKGROUND))
                        .build())
                .withMessage("CRITICAL stage 'a' cannot wait for BACKGROUND stage 'b': a -> b; raise the tier of 'b'");
    }

    @Test
    void stage_ofANameThatIsTaken_isRefused() {
        StartupPlan.Builder builder = StartupPlan.builder().stage("a", context -> {});
        refused(() -> builder.stage("a", context -> {})).withMessage("stage 'a' was added already");
    }

    @Test
    void toBuilder_keepsWhatIsNotSetAnew() {
        List<String> gates = new ArrayList<>();
        StartupPlan plan = StartupPlan.builder()
                .stage(stage("a", StageTier.BACKGROUND))
                .stage(stage("b", StageTier.CRITICAL))
                .readyAfter(StageTier.IMPORTANT)
                .settle(Duration.ofSeconds(7))
                .collection(StartupPlan.Collection.NEVER)
                .historyFile(Path.of("history"))
                .gate(gate -> gates.add("first"))
                .build();
        gates.clear();
        StartupPlan more = plan.toBuilder()
                .settle(Duration.ofSeconds(8))
                .gate(gate -> gates.add("second"))
                .stage(stage("c", StageTier.IMPORTANT))
                .build();

        assertThat(more.stages()).extracting(StartupStage::name).containsExactly("b", "c", "a");
        assertThat(more.readyAfter()).isEqualTo(StageTier.IMPORTANT);
        assertThat(more.settle()).isEqualTo(Duration.ofSeconds(8));
        assertThat(more.collection()).isEqualTo(StartupPlan.Collection.NEVER);
        assertThat(more.historyFile()).isEqualTo(Path.of("history"));
        assertThat(gates).containsExactly("first", "second");
    }

    @Test
    void deferred_thatIsMadeOnFirstUse_isRefused() {
        refused(() -> StartupPlan.builder().deferred(Deferred.of("geo", () -> 1)))
                .withMessage("'geo' is made on first use and needs no stage");
    }

    @Test
    void policy_byDefault_hangsOnTheTier() {
        assertThat(stage("a", StageTier.CRITICAL).onFailure()).isEqualTo(FailurePolicy.fail());
        assertThat(stage("a", StageTier.IMPORTANT).onFailure()).isEqualTo(FailurePolicy.degrade());
        assertThat(stage("a", StageTier.BACKGROUND).onFailure()).isEqualTo(FailurePolicy.degrade());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "  ", "a\nb", "a\tb"})
    void stage_ofABadName_isRefused(String name) {
        refused(() -> StartupStage.builder(name, context -> {})).withMessageContaining("name of a stage must");
    }

    @Test
    void stage_withNonsense_isRefusedWithKeyAndValue() {
        StartupStage.Builder stage = StartupStage.builder("cache", context -> {});

        refused(() -> stage.estimateBytes(-5)).withMessage("estimateBytes of stage 'cache' must not be negative: -5");
        refused(() -> stage.timeout(Duration.ZERO))
                .withMessage("timeout of stage 'cache' must be positive and at most 1 day: PT0S");
        refused(() -> stage.timeout(Duration.ofDays(2)))
                .withMessage("timeout of stage 'cache' must be positive and at most 1 day: PT48H");
        refused(() -> stage.dependsOn(" ")).withMessage("dependsOn of stage 'cache' must not be blank: ' '");
        refused(() -> stage.dependsOn("cache").build()).withMessage("dependsOn of stage 'cache' must not name itself");
        refused(() -> StartupStage.builder("cache", context -> {}).whenIdle().build())
                .withMessage(
                        "tier of stage 'cache', which waits until the service is idle, must be BACKGROUND: CRITICAL");
    }

    @Test
    void plan_withNonsense_isRefusedWithKeyAndValue() {
        StartupPlan.Builder plan = StartupPlan.builder();

        refused(() -> plan.settle(Duration.ofSeconds(-1))).withMessage("settle must be between 0 and 5 min: PT-1S");
        refusedGate(gate -> gate.maxPressure(0)).withMessage("maxPressure must be above 0 and at most 1: 0.0");
        refusedGate(gate -> gate.maxPressure(Double.NaN)).withMessage("maxPressure must be above 0 and at most 1: NaN");
        refusedGate(gate -> gate.maxWait(Duration.ofHours(2))).withMessage("maxWait must be between 0 and PT1H: PT2H");
        refusedGate(gate -> gate.slot(Duration.ofSeconds(-1))).withMessage("slot must be between 0 and PT10M: PT-1S");
        refusedGate(gate -> gate.jitter(Duration.ofHours(1))).withMessage("jitter must be between 0 and PT10M: PT1H");
        refusedGate(gate -> gate.instance(" ")).withMessage("instance must not be blank: ' '");
    }

    @Test
    void policy_withNonsense_isRefusedWithKeyAndValue() {
        refused(() -> FailurePolicy.retry(-1, Duration.ZERO)).withMessage("retries must not be negative: -1");
        refused(() -> FailurePolicy.retry(1, Duration.ofHours(1)))
                .withMessage("backoff must be between 0 and 1 min: PT1H");
    }

    private static org.assertj.core.api.ThrowableAssertAlternative<IllegalArgumentException> refusedGate(
            Consumer<MemoryGate.Builder> configure) {
        return refused(() -> StartupPlan.builder().gate(configure).build());
    }

    private static StartupStage stage(String name, StageTier tier, String... dependsOn) {
        return StartupStage.builder(name, context -> {})
                .tier(tier)
                .dependsOn(dependsOn)
                .build();
    }

    private static org.assertj.core.api.ThrowableAssertAlternative<IllegalArgumentException> refused(
            ThrowingCallable action) {
        return assertThatIllegalArgumentException().isThrownBy(action);
    }
}
