/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.loadline.benchmarks.lab.EnvoyGradient.Settings;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** What Envoy's own tests of its gradient controller (gradient_controller_test.cc) expect of it. */
class EnvoyGradientTest {
    private final ManualSurroundings surroundings = new ManualSurroundings();

    private static Settings settings(int requestCount, int minConcurrency, double buffer) {
        return new Settings(0.1, 30, requestCount, 0, minConcurrency, 1000, buffer, 0.5);
    }

    private void call(EnvoyGradient controller, double millis) {
        Object admitted = Objects.requireNonNull(controller.admit("any"));
        surroundings.advance(millis / 1e3);
        controller.end(admitted, true);
    }

    private void calls(EnvoyGradient controller, int number, double millis) {
        for (int i = 0; i < number; i++) {
            call(controller, millis);
        }
    }

    private void nextInterval(EnvoyGradient controller) {
        surroundings.advance(0.101);
        controller.beat();
    }

    @Test
    void minimalLatency_fiftyCallsWithSevenAtOnce_isMeasured() {
        EnvoyGradient controller = new EnvoyGradient(surroundings, settings(50, 7, 0.25));
        assertThat(controller.limit()).isEqualTo(7);
        List<Object> admitted = new ArrayList<>();
        for (int i = 0; i < 7; i++) {
            admitted.add(Objects.requireNonNull(controller.admit("any")));
        }
        assertThat(controller.admit("any")).isNull();
        surroundings.advance(0.013);
        admitted.forEach(each -> controller.end(each, true));
        assertThat(controller.isMeasuring()).isTrue();
        calls(controller, 43, 13);
        assertThat(controller.isMeasuring()).isFalse();
        assertThat(controller.minRtt()).isEqualTo(0.013, within(1e-6));
    }

    @Test
    void minimalLatency_isAMedian() {
        EnvoyGradient controller = new EnvoyGradient(surroundings, settings(5, 3, 0.25));
        for (int millis = 1; millis <= 5; millis++) {
            call(controller, millis);
        }
        assertThat(controller.minRtt()).isEqualTo(0.003, within(1e-6));
    }

    @Test
    void limit_latencyWithinTheBuffer_grows() {
        EnvoyGradient controller = new EnvoyGradient(surroundings, settings(5, 3, 0.5));
        calls(controller, 5, 5);
        for (int i = 0; i < 10; i++) {
            int before = controller.limit();
            calls(controller, 5, 6);
            nextInterval(controller);
            assertThat(controller.limit()).isGreaterThan(before);
        }
    }

    @Test
    void limit_growsWhileLatencyIsLowAndShrinksAfterwards() {
        EnvoyGradient controller = new EnvoyGradient(surroundings, settings(5, 7, 0.1));
        calls(controller, 5, 5);
        for (int i = 0; i < 10; i++) {
            int before = controller.limit();
            calls(controller, 5, 4);
            nextInterval(controller);
            assertThat(controller.limit()).isGreaterThanOrEqualTo(before);
            assertThat((double) before / controller.limit()).isGreaterThanOrEqualTo(0.5);
        }
        for (int i = 0; i < 10; i++) {
            int before = controller.limit();
            calls(controller, 5, 6);
            nextInterval(controller);
            assertThat(controller.limit()).isLessThan(before).isGreaterThanOrEqualTo(7);
        }
    }

    @Test
    void limit_afterANewMeasurement_isWhatItWas() {
        EnvoyGradient controller = new EnvoyGradient(surroundings, settings(5, 3, 0.25));
        calls(controller, 6, 5);
        for (int i = 0; i < 5; i++) {
            calls(controller, 5, 4);
            nextInterval(controller);
        }
        int before = controller.limit();
        assertThat(before).isGreaterThan(3);
        surroundings.advance(31);
        controller.beat();
        assertThat(controller.limit()).isEqualTo(3);
        nextInterval(controller);
        assertThat(controller.limit()).isEqualTo(3);
        calls(controller, 5, 13);
        assertThat(controller.limit()).isEqualTo(before);
    }

    @Test
    void limit_withoutCalls_stays() {
        EnvoyGradient controller = new EnvoyGradient(surroundings, settings(5, 3, 0.25));
        calls(controller, 6, 5);
        nextInterval(controller);
        int before = controller.limit();
        for (int i = 0; i < 5; i++) {
            nextInterval(controller);
            assertThat(controller.limit()).isEqualTo(before);
        }
    }

    @Test
    void calls_begunBeforeAMeasurement_areNotPartOfIt() {
        EnvoyGradient controller = new EnvoyGradient(surroundings, settings(25, 2, 0));
        calls(controller, 25, 1350);
        for (int i = 0; i < 27; i++) {
            call(controller, 1000);
            nextInterval(controller);
        }
        List<Object> admitted = new ArrayList<>();
        for (Object each = controller.admit("any"); each != null; each = controller.admit("any")) {
            admitted.add(each);
        }
        assertThat(admitted).hasSizeGreaterThan(25);
        surroundings.advance(5);
        controller.beat();
        assertThat(controller.isMeasuring()).isTrue();
        admitted.forEach(each -> controller.end(each, true));
        assertThat(controller.isMeasuring()).isTrue();
    }

    @Test
    void limit_fiveTimesAtItsMinimum_isMeasuredAnew() {
        EnvoyGradient controller = new EnvoyGradient(surroundings, new Settings(0.1, 3600, 5, 0, 7, 1000, 0, 0.5));
        calls(controller, 6, 5);
        // Some intervals more than Envoy's test has: this one meets no growth before.
        for (int i = 0; i < 8; i++) {
            calls(controller, 5, 10);
            nextInterval(controller);
        }
        calls(controller, 5, 10);
        assertThat(controller.minRtt()).isEqualTo(0.010, within(1e-6));
        for (int i = 0; i < 10; i++) {
            int before = controller.limit();
            calls(controller, 5, 10);
            nextInterval(controller);
            assertThat(controller.limit()).isGreaterThanOrEqualTo(before);
        }
    }
}
