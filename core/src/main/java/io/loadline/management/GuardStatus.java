/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.management;

import io.loadline.guard.DependencyGuard;
import io.loadline.guard.DependencyStats;
import io.loadline.guard.GuardRefusal;
import io.loadline.guard.GuardState;
import io.loadline.guard.GuardSuggestions;
import io.loadline.internal.JsonWriter;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What stands between the service and one dependency, at one moment. Immutable.
 *
 * @param name the dependency's name
 * @param state whether calls are let through: {@code closed} if they are, {@code half_open} or {@code open}
 * @param inFlight calls that run
 * @param places calls that may run at once
 * @param lost calls that run and were written off; they take no place
 * @param calls calls made, since the start
 * @param refused calls that were not made, since the start, by reason
 * @param timeLimitMillis the time of one call
 * @param slowCallMillis from when a call is slow
 * @param failureRate the share of failed calls at which no more are made, 0 to 1
 * @param suggested what would fit the traffic seen; null before a thousand calls. Nothing applies it by itself
 * @param explanation all of it in words
 */
public record GuardStatus(
        String name,
        String state,
        int inFlight,
        int places,
        int lost,
        long calls,
        Map<String, Long> refused,
        double timeLimitMillis,
        double slowCallMillis,
        double failureRate,
        @Nullable Suggested suggested,
        String explanation) {

    /** Thresholds that are no farther from those suggested fit: the rest is chance. */
    private static final double TOLERANCE = 0.25;

    private static final int DIGITS_OF_THE_SEEN = 2;
    private static final int DIGITS_OF_A_SETTING = 6;

    /** Copies the counts. */
    public GuardStatus {
        refused = Collections.unmodifiableMap(new LinkedHashMap<>(refused));
    }

    /**
     * Thresholds that fit the traffic seen, and what they are drawn from. Immutable.
     *
     * @param slowCallMillis from when a call would be slow
     * @param failureRate the share of failed calls at which no more would be made, 0 to 1
     * @param p99Millis what 99 of 100 successful calls ordinarily took
     * @param ordinaryFailureRate the share of calls that ordinarily failed, 0 to 1
     * @param calls the calls they are drawn from
     */
    public record Suggested(
            double slowCallMillis, double failureRate, double p99Millis, double ordinaryFailureRate, long calls) {}

    static GuardStatus of(DependencyGuard guard) {
        DependencyStats stats = guard.stats();
        Map<String, Long> refused = new LinkedHashMap<>();
        for (GuardRefusal reason : GuardRefusal.values()) {
            refused.put(reason.tag(), stats.refused().getOrDefault(reason, 0L));
        }
        GuardSuggestions suggestions = guard.suggestions().orElse(null);
        Duration slowCall = guard.slowCall();
        double failureRate = guard.failureRate();
        return new GuardStatus(
                stats.name(),
                stats.state().tag(),
                stats.inFlight(),
                stats.concurrency(),
                stats.lost(),
                stats.calls(),
                refused,
                millis(guard.timeLimit()),
                millis(slowCall),
                failureRate,
                suggestions == null
                        ? null
                        : new Suggested(
                                millis(suggestions.slowCall()),
                                suggestions.failureRate(),
                                millis(suggestions.p99()),
                                suggestions.ordinaryFailureRate(),
                                suggestions.calls()),
                explanation(stats, refused, slowCall, failureRate, suggestions));
    }

    boolean isClosed() {
        return state.equals(GuardState.CLOSED.tag());
    }

    void write(JsonWriter json) {
        json.beginObject()
                .member("name", name)
                .member("state", state)
                .member("inFlight", inFlight)
                .member("places", places)
                .member("lost", lost)
                .member("calls", calls)
                .beginObject("refused");
        refused.forEach(json::member);
        json.endObject()
                .member("timeLimitMillis", timeLimitMillis)
                .member("slowCallMillis", slowCallMillis)
                .member("failureRate", failureRate);
        if (suggested == null) {
            json.member("suggested", (String) null);
        } else {
            json.beginObject("suggested")
                    .member("slowCallMillis", suggested.slowCallMillis)
                    .member("failureRate", suggested.failureRate)
                    .member("p99Millis", suggested.p99Millis)
                    .member("ordinaryFailureRate", suggested.ordinaryFailureRate)
                    .member("calls", suggested.calls)
                    .endObject();
        }
        json.member("explanation", explanation).endObject();
    }

    private static String explanation(
            DependencyStats stats,
            Map<String, Long> refused,
            Duration slowCall,
            double failureRate,
            @Nullable GuardSuggestions suggestions) {
        StringBuilder text = new StringBuilder("Dependency %s is %s, %d of %d places taken"
                .formatted(
                        stats.name(),
                        stats.state().tag(),
                        Math.max(0, stats.inFlight() - stats.lost()),
                        stats.concurrency()));
        if (stats.lost() > 0) {
            text.append(", %d calls written off".formatted(stats.lost()));
        }
        long notMade = refused.values().stream().mapToLong(Long::longValue).sum();
        if (notMade > 0) {
            text.append(refused.entrySet().stream()
                    .filter(each -> each.getValue() > 0)
                    .map(each -> each.getKey() + " " + each.getValue())
                    .collect(Collectors.joining(", ", ", %d calls not made so far (".formatted(notMade), ")")));
        }
        if (suggestions != null && !fits(slowCall, failureRate, suggestions)) {
            text.append(
                    "; 99 of 100 calls take up to %s and %s fail: slow-call time %s and failure rate %s would fit (now %s, %s)"
                            .formatted(
                                    time(suggestions.p99(), DIGITS_OF_THE_SEEN),
                                    percent(suggestions.ordinaryFailureRate()),
                                    time(suggestions.slowCall(), DIGITS_OF_A_SETTING),
                                    percent(suggestions.failureRate()),
                                    time(slowCall, DIGITS_OF_A_SETTING),
                                    percent(failureRate)));
        }
        return text.append('.').toString();
    }

    private static boolean fits(Duration slowCall, double failureRate, GuardSuggestions suggestions) {
        return isNear(millis(slowCall), millis(suggestions.slowCall()))
                && isNear(failureRate, suggestions.failureRate());
    }

    private static boolean isNear(double now, double suggested) {
        return Math.abs(now - suggested) <= TOLERANCE * suggested;
    }

    private static double millis(Duration duration) {
        return duration.toNanos() / 1e6;
    }

    /** Rounded up: it is what something takes at most. */
    private static String time(Duration duration, int digits) {
        double millis = millis(duration);
        return millis < 1_000
                ? number(millis, digits, RoundingMode.CEILING) + " ms"
                : number(millis / 1e3, digits, RoundingMode.CEILING) + " s";
    }

    private static String percent(double share) {
        return number(100 * share, DIGITS_OF_THE_SEEN, RoundingMode.HALF_UP) + " %";
    }

    private static String number(double value, int digits, RoundingMode rounding) {
        return BigDecimal.valueOf(value)
                .round(new MathContext(digits, rounding))
                .stripTrailingZeros()
                .toPlainString();
    }
}
