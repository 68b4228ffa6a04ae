/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.signal;

import java.time.Duration;
import java.util.Locale;

/**
 * What the load will be when an instance that is asked for now would be there, and how good such forecasts were. Immutable.
 *
 * @param horizon how far ahead; zero if nothing is forecast
 * @param load the load expected then, at most twice the present one; NaN while the forecast is silent, since expecting no
 *     change has not been clearly worse, or was better where the load was to rise
 * @param error by how much the last minute's forecasts were wrong on average; NaN until there are enough whose time has come
 * @param persistenceError the same of one who expects no change
 */
public record Forecast(Duration horizon, double load, double error, double persistenceError) {
    /** Nothing is forecast. */
    public static final Forecast OFF = new Forecast(Duration.ZERO, Double.NaN, Double.NaN, Double.NaN);

    /** Whether loads are forecast at all. */
    public boolean isOn() {
        return !horizon.isZero();
    }

    /** Whether it says anything. */
    public boolean speaks() {
        return !Double.isNaN(load);
    }

    /** The whole in a sentence for people; empty if nothing is forecast. */
    public String explanation() {
        if (!isOn()) {
            return "";
        }
        long seconds = Math.round(horizon.toMillis() / 1e3);
        if (Double.isNaN(error)) {
            return "The load in %d s is not forecast yet: no record of forecasts.".formatted(seconds);
        }
        String record = String.format(
                Locale.ROOT,
                "such forecasts were wrong by %.2f lately, expecting no change by %.2f",
                error,
                persistenceError);
        if (!speaks() && error < LoadForecaster.BETTER * persistenceError) {
            record += "; but where they said that it would rise they were worse";
        }
        return speaks()
                ? String.format(Locale.ROOT, "In %d s the load will be about %.2f: %s.", seconds, load, record)
                : "The load in %d s is not forecast: %s.".formatted(seconds, record);
    }
}
