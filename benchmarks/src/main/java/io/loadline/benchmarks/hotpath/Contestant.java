/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.hotpath;

import java.util.Locale;

/** Who is measured, by the methods of {@link AdmissionBenchmark} and {@link FilterBenchmark}. */
enum Contestant {
    SEMAPHORE("semaphore", "java.util.concurrent.Semaphore", Kind.FIXED),
    SEMAPHORE_TIMED("semaphoreTimed", "the same between two clock reads", Kind.FIXED),
    LOADLINE_TICKET("loadlineTicket", "Loadline ticket", Kind.OURS),
    LOADLINE_CALL("loadlineCall", "Loadline call", Kind.OURS),
    LOADLINE_PERMIT("loadlinePermit", "Loadline permit", Kind.OURS),
    LOADLINE_TICKET_TIMED("loadlineTicketTimed", "Loadline ticket, every call timed", Kind.SHOWN),
    RESILIENCE4J("resilience4j", "Resilience4j bulkhead", Kind.FIXED),
    FAILSAFE("failsafe", "Failsafe bulkhead", Kind.FIXED),
    GRADIENT2("gradient2", "concurrency-limits, windowed Gradient2", Kind.ADAPTIVE),
    VEGAS("vegas", "concurrency-limits, Vegas", Kind.ADAPTIVE),
    SENTINEL("sentinel", "Sentinel entry, fixed number of threads", Kind.FIXED),
    SERVLET_FILTER("servletFilter", "Loadline servlet filter", Kind.SHOWN);

    /** What is asked of a contestant. */
    enum Kind {
        /** Ours: must be faster than all that adapt. */
        OURS,
        /** Ours, for information. */
        SHOWN,
        /** A peer that adapts to what it measures. */
        ADAPTIVE,
        /** A peer with a fixed limit. */
        FIXED
    }

    final String method;
    final String title;
    final Kind kind;

    Contestant(String method, String title, Kind kind) {
        this.method = method;
        this.title = title;
        this.kind = kind;
    }

    /** Its name in figures. */
    String key() {
        return name().toLowerCase(Locale.ROOT);
    }
}
