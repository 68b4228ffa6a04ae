/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.guard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.loadline.ManualClock;
import io.loadline.guard.DegradationChange.Cause;
import io.loadline.time.Heartbeat;
import io.loadline.time.ManualTicker;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Features go off in order as the load rises and come back with hysteresis, or as somebody decides. */
@Timeout(20)
class DegradationTest {
    private static final Duration SECOND = Duration.ofSeconds(1);

    private final ManualTicker ticker = new ManualTicker();
    private final ManualClock clock = new ManualClock();
    private final Heartbeat heartbeat = Heartbeat.create(ticker);
    private final List<DegradationChange> changes = new ArrayList<>();
    private double load = Double.NaN;

    private final Degradation degradation = degradation();

    private Degradation degradation() {
        Degradation.Builder builder = Degradation.builder(heartbeat, () -> load)
                .feature("previews", 0.9, 0.6)
                .feature("recommendations", 1.1, 0.8)
                .feature("related", 1.1, 0.8)
                .feature("export")
                .settle(Duration.ofSeconds(5))
                .offAtLeast(Duration.ofSeconds(30))
                .calm(Duration.ofSeconds(15))
                .silence(Duration.ofMinutes(2))
                .clock(clock);
        builder.executor = Runnable::run;
        Degradation built = builder.build();
        built.listen(changes::add);
        return built;
    }

    @Test
    void load_thatRises_switchesOffInOrderAndOneLevelPerStep() {
        run(0.9, Duration.ofSeconds(10));
        assertThat(off()).isEmpty();

        run(3, SECOND);
        assertThat(off()).containsExactly("previews");
        run(3, Duration.ofSeconds(4));
        assertThat(off()).containsExactly("previews");
        run(3, SECOND);
        assertThat(off()).containsExactly("previews", "recommendations", "related");
        run(100, Duration.ofMinutes(5));
        assertThat(off()).containsExactly("previews", "recommendations", "related");
        assertThat(degradation.status().level()).isEqualTo(2);
        assertThat(changes)
                .extracting(DegradationChange::feature, DegradationChange::cause, DegradationChange::level)
                .containsExactly(
                        tuple("previews", Cause.LOAD_ROSE, 1),
                        tuple("recommendations", Cause.LOAD_ROSE, 2),
                        tuple("related", Cause.LOAD_ROSE, 2));
    }

    @Test
    void load_thatFalls_switchesOnInReverseAndOneLevelPerCalm() {
        run(3, Duration.ofSeconds(40));
        run(0.5, Duration.ofSeconds(14));
        assertThat(off()).hasSize(3);
        run(0.5, Duration.ofSeconds(2));
        assertThat(off()).containsExactly("previews");
        run(0.5, Duration.ofSeconds(13));
        assertThat(off()).containsExactly("previews");
        run(0.5, Duration.ofSeconds(2));
        assertThat(off()).isEmpty();
        assertThat(changes.get(changes.size() - 1).cause()).isEqualTo(Cause.LOAD_FELL);
    }

    @Test
    void load_betweenTheThresholds_changesNothing() {
        run(0.95, SECOND);
        assertThat(off()).containsExactly("previews");
        run(0.7, Duration.ofHours(1));
        assertThat(off()).containsExactly("previews");
    }

    @Test
    void calm_thatIsBroken_beginsAnew() {
        run(0.95, Duration.ofSeconds(40));
        for (int i = 0; i < 20; i++) {
            run(0.5, Duration.ofSeconds(14));
            run(0.65, SECOND);
        }
        assertThat(off()).containsExactly("previews");
        assertThat(changes).hasSize(1);
    }

    @Test
    void feature_thatWentOff_staysOffForItsTime() {
        run(0.95, SECOND);
        run(0.1, Duration.ofSeconds(29));
        assertThat(off()).containsExactly("previews");
        run(0.1, Duration.ofSeconds(2));
        assertThat(off()).isEmpty();
    }

    /** The load falls as the feature goes off and rises as it comes back: the worst case for flapping. */
    @Test
    void feature_thatMakesItsOwnLoad_changesAtMostOnceInItsDwellTime() {
        for (int i = 0; i < 600; i++) {
            run(off().isEmpty() ? 1.0 : 0.55, SECOND);
        }
        assertThat(changes).hasSizeLessThanOrEqualTo(2 * 600 / 31 + 2).hasSizeGreaterThan(10);
        for (int i = 2; i < changes.size(); i += 2) {
            Duration off =
                    Duration.between(changes.get(i - 2).at(), changes.get(i - 1).at());
            assertThat(off).isGreaterThanOrEqualTo(Duration.ofSeconds(30));
        }
    }

    @Test
    void noLoad_holdsUntilItHasBeenLongAndThenCountsAsCalm() {
        run(3, Duration.ofSeconds(40));
        run(Double.NaN, Duration.ofSeconds(119));
        assertThat(off()).hasSize(3);
        run(Double.NaN, Duration.ofSeconds(17));
        assertThat(off()).containsExactly("previews");
        run(Double.NaN, Duration.ofSeconds(15));
        assertThat(off()).isEmpty();
        assertThat(changes.get(changes.size() - 1).cause()).isEqualTo(Cause.SILENCE);
    }

    @Test
    void noLoad_forAMoment_breaksTheCalm() {
        run(0.95, Duration.ofSeconds(40));
        run(0.5, Duration.ofSeconds(14));
        run(Double.NaN, SECOND);
        run(0.5, Duration.ofSeconds(14));
        assertThat(off()).containsExactly("previews");
    }

    @Test
    void load_thatThrows_isUnknownAndDecisionsStillExpire() {
        Degradation.Builder builder = Degradation.builder(heartbeat, () -> {
                    throw new NoClassDefFoundError("mine");
                })
                .feature("a", 1);
        builder.executor = Runnable::run;
        Degradation failing = builder.build();
        failing.force("a", FeatureOverride.off("ann", "test").lasting(SECOND));
        assertThat(failing.allows("a")).isFalse();
        run(0, Duration.ofSeconds(2));
        assertThat(failing.allows("a")).isTrue();
    }

    @Test
    void allows_ofAnUnknownFeature_namesThoseThereAre() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> degradation.allows("recomendations"))
                .withMessage(
                        "unknown feature 'recomendations', there are [previews, recommendations, related, export]");
        assertThatIllegalArgumentException().isThrownBy(() -> degradation.feature("x"));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> degradation.force("x", FeatureOverride.off("ann", "why")));
    }

    @Test
    void call_fallsBackOnlyIfTheFeatureIsOff() throws Exception {
        assertThat(degradation.<String>call("export", () -> "rich", () -> "plain"))
                .isEqualTo("rich");
        assertThatThrownBy(() -> degradation.call(
                        "export",
                        () -> {
                            throw new IOException("mine");
                        },
                        () -> "plain"))
                .isInstanceOf(IOException.class);
        degradation.force("export", FeatureOverride.off("ann", "disk is full"));
        assertThat(degradation.<String>call("export", () -> "rich", () -> "plain"))
                .isEqualTo("plain");
        assertThat(degradation.status().features().get(3).withheld()).isEqualTo(1);
    }

    @Test
    void callAsync_fallsBackOnlyIfTheFeatureIsOff() {
        assertThat(degradation.<String>callAsync(
                        "export",
                        () -> CompletableFuture.completedFuture("rich"),
                        () -> CompletableFuture.completedFuture("plain")))
                .isCompletedWithValue("rich");
        assertThat(degradation.<String>callAsync(
                        "export",
                        () -> {
                            throw new IllegalStateException("mine");
                        },
                        () -> CompletableFuture.completedFuture("plain")))
                .isCompletedExceptionally();
        degradation.force("export", FeatureOverride.off("ann", "disk is full"));
        assertThat(degradation.<String>callAsync(
                        "export",
                        () -> CompletableFuture.completedFuture("rich"),
                        () -> CompletableFuture.completedFuture("plain")))
                .isCompletedWithValue("plain");
    }

    @Test
    void force_winsOverTheLoadUntilItIsReleased() {
        run(3, Duration.ofSeconds(40));
        degradation.force("related", FeatureOverride.on("ann", "campaign"));
        assertThat(off()).containsExactly("previews", "recommendations");
        assertThat(degradation.status().explanation())
                .isEqualTo("Degradation, level 2 of 2: previews is off (load 3.00 above 0.90), recommendations is off"
                        + " (load 3.00 above 1.10), related is on (forced by ann: campaign).");
        run(3, Duration.ofMinutes(10));
        assertThat(degradation.allows("related")).isTrue();

        degradation.release("related", "bob");
        assertThat(degradation.allows("related")).isFalse();
        assertThat(changes.get(changes.size() - 1))
                .extracting(DegradationChange::cause, DegradationChange::detail)
                .containsExactly(Cause.RELEASED, "by bob");
        degradation.release("related", "bob");
        assertThat(changes.stream().filter(each -> each.cause() == Cause.RELEASED))
                .hasSize(1);
    }

    @Test
    void force_withATime_expires() {
        degradation.force("export", FeatureOverride.off("ann", "maintenance").lasting(Duration.ofMinutes(10)));
        assertThat(degradation.status().features().get(3).until())
                .isEqualTo(clock.instant().plus(Duration.ofMinutes(10)));
        run(0.1, Duration.ofMinutes(9));
        assertThat(off()).containsExactly("export");
        run(0.1, Duration.ofMinutes(2));
        assertThat(off()).isEmpty();
        assertThat(degradation.status().features().get(3).override()).isNull();
        assertThat(changes.get(1).cause()).isEqualTo(Cause.EXPIRED);
    }

    @Test
    void force_again_replacesTheFirstAndItsTime() {
        degradation.force("export", FeatureOverride.off("ann", "one").lasting(SECOND));
        degradation.force("export", FeatureOverride.off("bob", "two"));
        run(0.1, Duration.ofHours(1));
        assertThat(off()).containsExactly("export");
    }

    @Test
    void settings_whileLevelsAreOff_keepThemOffAsFarAsTheOrderAllows() {
        run(3, SECOND);
        assertThat(off()).containsExactly("previews");
        degradation.settings(degradation
                .settings()
                .feature("previews", new FeatureThresholds(0.7, 0.3))
                .feature("export", new FeatureThresholds(2, 1)));
        assertThat(off()).containsExactly("previews");
        assertThat(degradation.status().levels()).isEqualTo(3);

        // Now others are to go first.
        degradation.settings(degradation.settings().feature("previews", new FeatureThresholds(5, 2)));
        assertThat(off()).isEmpty();
        assertThat(changes.get(changes.size() - 1).cause()).isEqualTo(Cause.SETTINGS);
        run(1.2, SECOND);
        assertThat(off()).isEmpty();
        run(1.2, Duration.ofSeconds(5));
        assertThat(off()).containsExactly("recommendations", "related");
    }

    @Test
    void settings_thatContradictThemselves_areRefusedAndTheOldOnesStay() {
        DegradationSettings before = degradation.settings();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> before.feature("previews", new FeatureThresholds(0.9, 0.85)))
                .withMessageContaining("in the reverse of the order");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> before.feature("related", new FeatureThresholds(1.1, 0.7)))
                .withMessageContaining("in the reverse of the order");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> degradation.settings(DegradationSettings.NONE))
                .withMessageContaining("[previews, recommendations, related, export]");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> degradation.settings(before.feature("new", FeatureThresholds.BY_HAND)));
        assertThat(degradation.settings()).isSameAs(before);
    }

    @Test
    void builder_refusesNonsense() {
        Degradation.Builder builder = Degradation.builder(heartbeat, () -> 0).feature("a", 0.9);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.feature("a", 1))
                .withMessageContaining("'a'");
        assertThatIllegalArgumentException().isThrownBy(() -> builder.feature(" ", 1));
        assertThatIllegalArgumentException().isThrownBy(() -> builder.feature("line\nbreak", 1));
        assertThatIllegalArgumentException().isThrownBy(() -> builder.feature("b", 0));
        assertThatIllegalArgumentException().isThrownBy(() -> builder.feature("b", Double.NaN));
        assertThatIllegalArgumentException().isThrownBy(() -> builder.feature("b", 1, 1));
        assertThatIllegalArgumentException().isThrownBy(() -> builder.feature("b", 1, 0));
        assertThatIllegalArgumentException().isThrownBy(() -> builder.feature("b", Double.POSITIVE_INFINITY, 1));
        assertThatIllegalArgumentException().isThrownBy(() -> builder.calm(Duration.ofSeconds(-1)));
        assertThatIllegalArgumentException().isThrownBy(() -> builder.silence(Duration.ofHours(2)));
        assertThatIllegalArgumentException().isThrownBy(() -> FeatureOverride.on(" ", "why"));
        assertThatIllegalArgumentException().isThrownBy(() -> FeatureOverride.on("ann", "x".repeat(201)));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> FeatureOverride.on("ann", "why").lasting(Duration.ZERO));
        for (int i = 1; i < 100; i++) {
            builder.feature("feature " + i);
        }
        assertThatIllegalArgumentException().isThrownBy(() -> builder.feature("one more"));
    }

    @Test
    void listener_thatThrows_isSkipped() {
        degradation.listen(change -> {
            throw new NoClassDefFoundError("mine");
        });
        List<String> told = new ArrayList<>();
        degradation.listen(change -> told.add(change.feature()));
        run(3, SECOND);
        degradation.force("export", FeatureOverride.off("ann", "why"));
        assertThat(told).containsExactly("previews", "export");
    }

    @Test
    void listener_thatBlocks_holdsUpNobodyAndHearsTheEndOfIt() throws Exception {
        Degradation blocked =
                Degradation.builder(heartbeat, () -> load).feature("a", 1).build();
        CountDownLatch told = new CountDownLatch(1);
        CountDownLatch released = new CountDownLatch(1);
        CompletableFuture<Boolean> last = new CompletableFuture<>();
        blocked.listen(change -> {
            told.countDown();
            try {
                released.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            if (change.detail().contains("last")) {
                last.complete(change.allowed());
            }
        });
        run(2, SECOND);
        told.await();
        for (int i = 0; i < 1000; i++) {
            blocked.force("a", i % 2 == 0 ? FeatureOverride.on("ann", "x") : FeatureOverride.off("ann", "x"));
        }
        run(0.1, Duration.ofMinutes(1));
        blocked.force("a", FeatureOverride.off("ann", "last"));
        assertThat(blocked.allows("a")).isFalse();
        assertThat(blocked.status().level()).isZero();

        released.countDown();
        assertThat(last.get(10, TimeUnit.SECONDS)).isFalse();
    }

    @Test
    void close_leavesFeaturesAsTheyAre() {
        run(3, SECOND);
        degradation.close();
        run(0.1, Duration.ofHours(1));
        assertThat(off()).containsExactly("previews");
    }

    @Test
    void flightRecorder_isToldOfChanges(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("recording.jfr");
        try (Recording recording = new Recording()) {
            recording.enable("io.loadline.FeatureChange");
            recording.start();
            run(1.5, SECOND);
            degradation.force("previews", FeatureOverride.on("ann", "campaign"));
            recording.stop();
            recording.dump(file);
        }
        List<RecordedEvent> events = RecordingFile.readAllEvents(file);
        assertThat(events)
                .extracting(
                        event -> event.getString("feature"),
                        event -> event.getBoolean("allowed"),
                        event -> event.getString("cause"),
                        event -> event.getDouble("load"),
                        event -> event.getInt("level"),
                        event -> event.getString("detail"))
                .containsExactly(
                        tuple("previews", false, "load_rose", 1.5, 1, ""),
                        tuple("previews", true, "forced", 1.5, 1, "by ann: campaign"));
    }

    @Test
    void settings_areCopied() {
        Map<String, FeatureThresholds> mutable = new HashMap<>(Map.of("a", FeatureThresholds.offAbove(1)));
        DegradationSettings settings = new DegradationSettings(mutable, SECOND, SECOND, SECOND, SECOND);
        mutable.clear();
        assertThat(settings.features()).containsOnlyKeys("a");
        assertThat(settings.features().get("a").onBelow()).isEqualTo(0.75);
    }

    /** At ten beats a second. */
    private void run(double newLoad, Duration duration) {
        load = newLoad;
        for (long beats = duration.toMillis() / 100; beats > 0; beats--) {
            ticker.advance(Heartbeat.PERIOD);
            clock.advance(Heartbeat.PERIOD);
            heartbeat.beat();
        }
    }

    private List<String> off() {
        return degradation.status().features().stream()
                .filter(each -> !each.allowed())
                .map(DegradationStatus.Feature::name)
                .toList();
    }
}
