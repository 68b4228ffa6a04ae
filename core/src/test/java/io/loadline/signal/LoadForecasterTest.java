/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.signal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** When a forecast speaks, and whether it is worth it, on series of a value a second that are smoothed as loads are. */
class LoadForecasterTest {
    private static final int SECONDS = 1_800;
    private static final int HOURS = 7_200;

    /** What came of a series. */
    private record Result(double[] load, Forecast[] forecasts, int horizon) {
        /** The share of all seconds in which the forecast raised something. */
        double raises() {
            return (double) seconds().filter(this::raisesAt).count() / load.length;
        }

        /** The mean error of what is published, over the seconds in which it is more than the load. */
        double error() {
            return seconds()
                    .filter(this::raisesAt)
                    .filter(at -> at + horizon < load.length)
                    .mapToDouble(at -> Math.abs(load[at + horizon] - forecasts[at].load()))
                    .average()
                    .orElse(0);
        }

        /** The same of one who expects no change. */
        double persistenceError() {
            return seconds()
                    .filter(this::raisesAt)
                    .filter(at -> at + horizon < load.length)
                    .mapToDouble(at -> Math.abs(load[at + horizon] - load[at]))
                    .average()
                    .orElse(0);
        }

        private boolean raisesAt(int second) {
            return forecasts[second].load() > load[second];
        }

        private IntStream seconds() {
            return IntStream.range(0, load.length);
        }
    }

    private static Result forecast(int horizon, DoubleUnaryOperator series) {
        return forecast(horizon, SECONDS, series);
    }

    private static Result forecast(int horizon, int seconds, DoubleUnaryOperator series) {
        LoadForecaster forecaster = new LoadForecaster(Duration.ofSeconds(horizon));
        double[] values = new double[seconds];
        double[] loads = new double[seconds];
        Forecast[] forecasts = new Forecast[seconds];
        for (int second = 0; second < seconds; second++) {
            values[second] = series.applyAsDouble(second);
            loads[second] = Math.max(mean(values, second, 5), mean(values, second, 15));
            forecasts[second] = forecaster.tick(TimeUnit.SECONDS.toNanos(second), 1, loads[second]);
        }
        return new Result(loads, forecasts, horizon);
    }

    private static double mean(double[] values, int last, int count) {
        return Arrays.stream(values, Math.max(0, last + 1 - count), last + 1)
                .average()
                .orElseThrow();
    }

    @ParameterizedTest
    @CsvSource({"30, 0.05", "30, 0.2", "60, 0.05", "60, 0.2", "120, 0.05", "120, 0.2"})
    void forecast_ofNoise_isAsGoodAsSilent(int horizon, double deviation) {
        for (int seed = 1; seed <= 5; seed++) {
            Random random = new Random(seed);
            Result result = forecast(horizon, second -> Math.max(0, 0.6 + deviation * random.nextGaussian()));
            assertThat(result.raises()).as("seed %s", seed).isLessThan(0.005);
            assertThat(result.forecasts[SECONDS - 1].error())
                    .isGreaterThan(0.8 * result.forecasts[SECONDS - 1].persistenceError());
        }
    }

    /** What looks like a trend there is chance. */
    @ParameterizedTest
    @ValueSource(ints = {30, 60, 120})
    void forecast_ofARandomWalk_seldomSpeaks(int horizon) {
        for (int seed = 1; seed <= 5; seed++) {
            Random random = new Random(seed);
            double[] walk = {0.6};
            Result result = forecast(horizon, HOURS, second -> {
                walk[0] = Math.max(0.05, walk[0] + 0.03 * random.nextGaussian());
                return walk[0];
            });
            assertThat(result.raises()).as("seed %s", seed).isLessThan(0.05);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {30, 60, 120})
    void forecast_ofWhatDoesNotChange_isSilent(int horizon) {
        Result result = forecast(horizon, second -> 0.5);

        assertThat(result.raises()).isZero();
        assertThat(result.forecasts[SECONDS - 1].error()).isZero();
    }

    @ParameterizedTest
    @ValueSource(ints = {30, 60, 120})
    void forecast_ofSteps_isSilent(int horizon) {
        Result result = forecast(horizon, second -> (int) second / 300 % 2 == 0 ? 0.3 : 0.9);

        assertThat(result.raises()).isZero();
    }

    /** From 0.3 at 300 s to 1.5 at 1500 s. */
    private static double ramp(double second) {
        return Math.min(1.5, 0.3 + Math.max(0, second - 300) * 0.001);
    }

    @ParameterizedTest
    @ValueSource(ints = {30, 60, 120})
    void forecast_ofARamp_speaksAndIsRight(int horizon) {
        Result result = forecast(horizon, LoadForecasterTest::ramp);

        assertThat(result.forecasts[299].speaks()).isFalse();
        assertThat(result.raises()).isGreaterThan(0.55);
        assertThat(result.error()).isLessThan(0.25 * result.persistenceError());
        assertThat(result.forecasts[1_200].load()).isCloseTo(result.load[1_200] + 0.001 * horizon, within(0.001));
    }

    @ParameterizedTest
    @ValueSource(ints = {60, 120})
    void forecast_ofANoisyRamp_isBetterThanExpectingNoChange(int horizon) {
        Random random = new Random(3);
        Result result = forecast(horizon, second -> Math.max(0, ramp(second) + 0.08 * random.nextGaussian()));

        assertThat(result.raises()).isGreaterThan(0.15);
        assertThat(result.error()).isLessThan(result.persistenceError());
    }

    @ParameterizedTest
    @ValueSource(ints = {30, 60, 120})
    void forecast_ofASlowWave_isBetterThanExpectingNoChange(int horizon) {
        Result result = forecast(horizon, HOURS, wave(1_200));

        assertThat(result.raises()).isGreaterThan(0.15);
        assertThat(result.error()).isLessThan(0.75 * result.persistenceError());
    }

    /** Its merit is that of the flank behind, and is over at the crest. */
    @ParameterizedTest
    @CsvSource({"30, 300", "60, 300", "120, 600", "300, 1500"})
    void forecast_ofAWaveThatTurnsTooSoon_isSilentFromItsFirstCrestsOn(int horizon, int period) {
        Result result = forecast(horizon, HOURS, wave(period));
        assertThat(result.raises()).isLessThan(0.03);

        for (Forecast each : result.forecasts) {
            boolean hasMerit = each.error() < LoadForecaster.BETTER * each.persistenceError();
            assertThat(each.explanation().contains("; but where they said that it would rise they were worse"))
                    .isEqualTo(hasMerit && !each.speaks());
        }
    }

    private static DoubleUnaryOperator wave(int period) {
        Random random = new Random(3);
        return second -> 0.6 + 0.3 * Math.sin(2 * Math.PI * second / period) + 0.03 * random.nextGaussian();
    }

    @ParameterizedTest
    @ValueSource(ints = {30, 60, 120})
    void forecast_ofAQuickWave_isSilent(int horizon) {
        Result result = forecast(horizon, second -> 0.6 + 0.3 * Math.sin(2 * Math.PI * second / 120));

        assertThat(result.raises()).isZero();
    }

    @Test
    void forecast_ofASteepRamp_isTwiceTheLoadAtMost() {
        Result result = forecast(120, second -> Math.max(0.1, (second - 300) * 0.05));
        for (int second = 0; second < SECONDS; second++) {
            if (result.forecasts[second].speaks()) {
                assertThat(result.forecasts[second].load()).isBetween(0.0, 2 * result.load[second]);
            }
        }
    }

    @Test
    void forecast_afterALoadThatIsNotValid_hasNoRecord() {
        LoadForecaster forecaster = new LoadForecaster(Duration.ofSeconds(30));
        long nanos = 0;
        Forecast forecast = forecaster.silent();
        for (int second = 0; second < 300; second++) {
            forecast = forecaster.tick(nanos += TimeUnit.SECONDS.toNanos(1), 1, 0.1 + 0.001 * second);
        }
        assertThat(forecast.speaks()).isTrue();
        assertThat(forecaster.tick(nanos += TimeUnit.SECONDS.toNanos(1), 1, Double.NaN))
                .isEqualTo(forecaster.silent());
        for (int second = 0; second < 98; second++) {
            forecast = forecaster.tick(nanos += TimeUnit.SECONDS.toNanos(1), 1, 0.4 + 0.001 * second);
            assertThat(forecast.error()).isNaN();
        }
        assertThat(forecaster
                        .tick(nanos + TimeUnit.SECONDS.toNanos(1), 1, 0.498)
                        .error())
                .isFinite();
    }

    /** What was forecast for a time in the gap is not looked at after it. */
    @Test
    void forecast_acrossAGap_isNotBlamedForIt() {
        LoadForecaster forecaster = new LoadForecaster(Duration.ofSeconds(30));
        long nanos = Long.MAX_VALUE - TimeUnit.SECONDS.toNanos(150);
        for (int second = 0; second < 300; second++) {
            Forecast unused = forecaster.tick(nanos += TimeUnit.SECONDS.toNanos(1), 1, 0.1 + 0.001 * second);
        }
        nanos += TimeUnit.SECONDS.toNanos(600);
        forecaster.skip(600);
        Forecast forecast = forecaster.tick(nanos + TimeUnit.SECONDS.toNanos(1), 1, 5);

        assertThat(forecast.error()).isLessThan(0.01);
        assertThat(forecast.speaks()).isFalse();
    }

    @Test
    void horizon_isTheTimeUntilReadyAndThatOfAnAutoscaler() {
        SimulatedService service =
                new SimulatedService(signal -> signal.forecast().uptime(Duration.ofSeconds(35)));
        service.offer(0, Duration.ofSeconds(10));
        service.ready();
        assertThat(service.signal.snapshot().forecast().horizon()).isEqualTo(Duration.ofSeconds(15));
        service.offer(0, Duration.ofSeconds(1));
        assertThat(service.signal.snapshot().forecast().horizon()).isEqualTo(Duration.ofSeconds(60));

        LoadForecaster slow = new LoadForecaster(null);
        slow.begin(Duration.ofHours(1));
        assertThat(slow.silent().horizon()).isEqualTo(Duration.ofMinutes(10));
        LoadForecaster given = new LoadForecaster(Duration.ofMinutes(2));
        given.begin(Duration.ofHours(1));
        assertThat(given.silent().horizon()).isEqualTo(Duration.ofMinutes(2));
    }

    @ParameterizedTest
    @ValueSource(longs = {-1, 0, 4_999, 600_001})
    void horizon_outOfBounds_isRefused(long millis) {
        assertThatThrownBy(() -> new SimulatedService(signal -> signal.forecast(Duration.ofMillis(millis))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("horizon must be between 5 seconds and 10 minutes: " + Duration.ofMillis(millis));
    }

    @Test
    void snapshot_ofAServiceWhoseTrafficGrows_hasAForecastAboveItsLoad() {
        SimulatedService service = new SimulatedService(signal -> signal.forecast(Duration.ofSeconds(30))).ready();
        service.offer(110, Duration.ofSeconds(20));
        service.offer(20, Duration.ofSeconds(60));
        for (int perSecond = 20; perSecond < 90; perSecond++) {
            service.offer(perSecond, Duration.ofSeconds(4));
            SignalSnapshot snapshot = service.signal.snapshot();
            assertThat(snapshot.forecastLoad()).isGreaterThanOrEqualTo(snapshot.load());
        }

        SignalSnapshot snapshot = service.signal.snapshot();
        // A quarter of a call a second, each second, of the 100 that it sustains.
        assertThat(snapshot.forecastLoad()).isCloseTo(snapshot.load() + 0.075, within(0.02));
        assertThat(snapshot.forecast().error())
                .isLessThan(0.5 * snapshot.forecast().persistenceError());
        assertThat(snapshot.explanation()).contains("In 30 s the load will be about 0.9");

        assertThat(service.availability.draining("SIGTERM")).isTrue();
        assertThat(service.signal.snapshot().forecastLoad()).isNaN();
        assertThat(service.signal.snapshot().explanation()).doesNotContain("In 30 s");
    }

    @Test
    void explanation_ofASilentForecast_saysWhy() {
        assertThat(Forecast.OFF.explanation()).isEmpty();
        assertThat(new Forecast(Duration.ofSeconds(45), Double.NaN, Double.NaN, Double.NaN).explanation())
                .isEqualTo("The load in 45 s is not forecast yet: no record of forecasts.");
        assertThat(new Forecast(Duration.ofSeconds(45), Double.NaN, 0.3, 0.2).explanation())
                .isEqualTo("The load in 45 s is not forecast: such forecasts were wrong by 0.30 lately, expecting no"
                        + " change by 0.20.");
    }
}
