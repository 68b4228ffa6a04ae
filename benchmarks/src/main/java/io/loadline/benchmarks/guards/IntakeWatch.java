/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.guards;

import io.loadline.benchmarks.broker.Broker;
import io.loadline.benchmarks.broker.Confirmations;
import io.loadline.benchmarks.harness.Probe;
import io.loadline.benchmarks.harness.ServiceProcess;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Looks at a service's gate before messages several times a second, and at what happens while it is shut. Not thread-safe. */
final class IntakeWatch {
    /* What is at hand when the gate shuts is finished, and listeners need a second to be stopped. */
    private static final double GRACE_SECONDS = 3;
    private static final long LOOK_MILLIS = 200;
    private static final Pattern OPEN = Pattern.compile("(?m)^loadline_intake_open(?:\\{.*})? ([0-9.]+)$");
    private static final Pattern PAUSES = Pattern.compile("(?m)^loadline_intake_pauses_total(?:\\{.*})? ([0-9.]+)$");

    private final ServiceProcess process;
    private final Broker broker;
    private final Confirmations confirmations;
    private final int placed;

    private boolean open = true;
    private long sinceNanos = System.nanoTime();
    private long pauses;
    private long resumes;
    private double longestPauseSeconds;
    /* Confirmed when the grace of this pause was over, or -1. */
    private int confirmedBefore = -1;
    private int handledInPauses;
    private long heldInPauses;

    IntakeWatch(ServiceProcess process, Broker broker, Confirmations confirmations, int placed) {
        this.process = process;
        this.broker = broker;
        this.confirmations = confirmations;
        this.placed = placed;
    }

    /** Looks until {@code condition} holds or everything is confirmed, but not longer than {@code atMost}. */
    void until(Duration atMost, BooleanSupplier condition) throws Exception {
        long startNanos = System.nanoTime();
        while (!condition.getAsBoolean()
                && (confirmations.orders() < placed || !open)
                && System.nanoTime() - startNanos < atMost.toNanos()) {
            TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
            look();
        }
    }

    /** Looks until everything is confirmed, or nothing more has been for {@code atMost}. */
    void whileProgress(Duration atMost) throws Exception {
        int before;
        do {
            before = confirmations.orders();
            int confirmed = before;
            until(atMost, () -> confirmations.orders() > confirmed);
        } while (confirmations.orders() > before && confirmations.orders() < placed);
    }

    boolean openFor(Duration time) {
        return open && secondsSince() >= time.toNanos() / 1e9;
    }

    boolean shutFor(Duration time) {
        return !open && secondsSince() >= time.toNanos() / 1e9;
    }

    /** How often it has shut, by its own count. */
    long pauses() {
        return pauses;
    }

    /** How often it was seen open after it was seen shut. */
    long resumes() {
        return resumes;
    }

    double longestPauseSeconds() {
        return longestPauseSeconds;
    }

    /** Orders confirmed while it was shut, other than those that were at hand when it did. */
    int handledInPauses() {
        return handledInPauses;
    }

    /** The most orders that consumers had not given back while it was shut; 0 where the broker gives them none. */
    long heldInPauses() {
        return heldInPauses;
    }

    private void look() throws Exception {
        Probe.Answer answer = Probe.get(process.port(), "/actuator/prometheus", Duration.ofSeconds(2));
        if (answer == null || answer.status() != 200) {
            return;
        }
        boolean openNow = number(OPEN, answer.body()) > 0;
        pauses = (long) number(PAUSES, answer.body());
        if (!open) {
            longestPauseSeconds = Math.max(longestPauseSeconds, secondsSince());
        }
        if (openNow != open) {
            resumes += openNow ? 1 : 0;
            open = openNow;
            sinceNanos = System.nanoTime();
            confirmedBefore = -1;
        } else if (!open && secondsSince() >= GRACE_SECONDS) {
            lookIntoPause();
        }
    }

    private void lookIntoPause() throws Exception {
        int confirmed = confirmations.orders();
        if (confirmedBefore < 0) {
            confirmedBefore = confirmed;
        }
        // The metrics are older than what is seen here: it may have opened meanwhile, and what is confirmed now is of
        // later.
        long waiting = broker.waiting().orElse(placed - confirmed);
        Probe.Answer still = Probe.get(process.port(), "/actuator/prometheus", Duration.ofSeconds(2));
        if (still != null && still.status() == 200 && number(OPEN, still.body()) == 0) {
            handledInPauses += confirmed - confirmedBefore;
            heldInPauses = Math.max(heldInPauses, placed - confirmed - waiting);
            confirmedBefore = confirmed;
        }
    }

    private double secondsSince() {
        return (System.nanoTime() - sinceNanos) / 1e9;
    }

    private static double number(Pattern meter, String metrics) {
        Matcher matcher = meter.matcher(metrics);
        if (!matcher.find()) {
            throw new IllegalStateException("the service does not tell of " + meter);
        }
        return Double.parseDouble(matcher.group(1));
    }
}
