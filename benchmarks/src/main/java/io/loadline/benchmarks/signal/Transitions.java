/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.signal;

import io.loadline.benchmarks.harness.ServiceProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * When the service came into which state, as its own log says. Immutable.
 *
 * @param changes milliseconds of the clock by the name of the state
 */
record Transitions(Map<String, Long> changes) {
    private static final Pattern CHANGE = Pattern.compile("^(\\S+) .*: [A-Z]+ -> ([A-Z]+): ");

    /** Reads the log of a process that has ended. */
    static Transitions of(ServiceProcess process) throws IOException {
        return parse(Files.readString(process.log()));
    }

    /** Reads the lines that tell of a change; the time that they begin with is that of the change, to the millisecond. */
    static Transitions parse(String log) {
        Map<String, Long> changes = new LinkedHashMap<>();
        log.lines().map(CHANGE::matcher).filter(Matcher::find).forEach(line -> {
            try {
                changes.put(
                        line.group(2),
                        OffsetDateTime.parse(line.group(1)).toInstant().toEpochMilli());
            } catch (DateTimeParseException e) {
                throw new IllegalStateException("a log without times: " + line.group(), e);
            }
        });
        return new Transitions(changes);
    }

    /**
     * Milliseconds of the clock when the state came.
     *
     * @throws IllegalStateException if it never did
     */
    long at(String state) {
        Long at = changes.get(state);
        if (at == null) {
            throw new IllegalStateException("never " + state + ": " + changes);
        }
        return at;
    }

    /** Whether a scrape that began at {@code epochMillis} met a service that may publish its load. */
    boolean mayPublish(long epochMillis) {
        return epochMillis >= at("READY") && epochMillis <= at("DRAINING");
    }
}
