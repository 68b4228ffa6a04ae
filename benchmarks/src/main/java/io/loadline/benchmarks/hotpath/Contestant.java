/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.hotpath;

import java.util.Locale;

/** Who is measured, by the methods of {@link AdmissionBenchmark}, {@link FilterBenchmark} and {@link OrcaBenchmark}. */
enum Contestant {
    SEMAPHORE("semaphore", "java.util.concurrent.Semaphore", Threads.ALL),
    SEMAPHORE_TIMED("semaphoreTimed", "the same between two clock reads", Threads.ALL),
    LOADLINE_TIMED("loadlineTimed", "Loadline ticket, every call timed, SLO counts", Threads.ALL),
    LOADLINE_EIGHTH("loadlineEighth", "Loadline ticket, 1 call of 8 timed", Threads.ALL),
    LOADLINE_64TH("loadline64th", "Loadline ticket, 1 call of 64 timed", Threads.ALL),
    LOADLINE_TICKET("loadlineTicket", "Loadline ticket, with its beat", Threads.PLATFORM),
    LOADLINE_CALL("loadlineCall", "Loadline call, with its beat", Threads.ALL),
    LOADLINE_PERMIT("loadlinePermit", "Loadline permit, with its beat", Threads.ALL),
    LOADLINE_REFUSED("loadlineRefused", "Loadline ticket, refused", Threads.PLATFORM),
    LOADLINE_CALL_REFUSED("loadlineCallRefused", "Loadline call, timed, refused by exception", Threads.PLATFORM),
    RESILIENCE4J("resilience4j", "Resilience4j bulkhead", Threads.PLATFORM),
    RESILIENCE4J_TIMED("resilience4jTimed", "the same and a Micrometer histogram timer", Threads.PLATFORM),
    FAILSAFE("failsafe", "Failsafe bulkhead", Threads.PLATFORM),
    GRADIENT2("gradient2", "concurrency-limits, windowed Gradient2", Threads.PLATFORM),
    VEGAS("vegas", "concurrency-limits, Vegas", Threads.PLATFORM),
    SENTINEL("sentinel", "Sentinel entry, fixed number of threads", Threads.PLATFORM),
    SERVLET_FILTER("servletFilter", "Loadline servlet filter", Threads.ONE),
    CONSTANT_HEADER("constantHeader", "header read, another set", Threads.ONE),
    LOAD_REPORT("loadReport", "the same, with the load report", Threads.ONE);

    /** On which threads somebody is measured. */
    enum Threads {
        /** Virtual ones too. */
        ALL,
        PLATFORM,
        /** Many would contend for one limiter in a loop as no two requests do. */
        ONE
    }

    final String method;
    final String title;
    private final Threads threads;

    Contestant(String method, String title, Threads threads) {
        this.method = method;
        this.title = title;
        this.threads = threads;
    }

    /** Whether a bar hangs on it in this setting; the others are there for the reader, who needs fewer rounds of them. */
    boolean hasBar(Setting setting) {
        return switch (this) {
            case RESILIENCE4J, FAILSAFE, SENTINEL, LOADLINE_TICKET -> false;
            case RESILIENCE4J_TIMED, GRADIENT2, VEGAS -> setting.threads() == 1;
            default -> true;
        };
    }

    boolean measuredIn(Setting setting) {
        return switch (threads) {
            case ALL -> true;
            case PLATFORM -> !setting.virtual();
            case ONE -> !setting.virtual() && setting.threads() == 1;
        };
    }

    /** Its name in figures. */
    String key() {
        return name().toLowerCase(Locale.ROOT);
    }
}
