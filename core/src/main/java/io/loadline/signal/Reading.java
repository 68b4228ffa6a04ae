/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.signal;

/**
 * What one resource told. Immutable.
 *
 * @param resource its name
 * @param kind what the utilization stands for
 * @param utilization 0 to about 1; NaN if unknown
 * @param detail which of several, or why it is unknown; empty if there is nothing to say
 */
record Reading(String resource, Saturation.Kind kind, double utilization, String detail) {
    private static final int LONGEST_DETAIL = 200;
    private static final String NO_NUMBER = "it gives no number";

    /** Far beyond what any resource can be asked for; a backlog has no end. */
    private static final double MOST = 10;

    Reading {
        detail = detail.length() > LONGEST_DETAIL ? detail.substring(0, LONGEST_DETAIL) : detail;
    }

    /** What {@code source}, known by that name and kind, tells now; what it throws goes to the caller. */
    static Reading of(String name, Saturation.Kind kind, Saturation source) {
        double utilization = source.utilization();
        String detail = source.detail();
        double most = kind == Saturation.Kind.BACKLOG ? Double.MAX_VALUE : MOST;
        if (utilization >= 0 && utilization <= most) {
            return new Reading(name, kind, utilization, detail);
        }
        if (Double.isFinite(utilization)) {
            return unknown(name, kind, "it gives " + utilization + ", and 1 is all there is");
        }
        return unknown(name, kind, detail.isEmpty() ? NO_NUMBER : detail);
    }

    static Reading unknown(String name, Saturation.Kind kind, String why) {
        return new Reading(name, kind, Double.NaN, why);
    }

    boolean isKnown() {
        return !Double.isNaN(utilization);
    }

    /** What runs out: the name without its aspect. */
    String bottleneck() {
        int dot = resource.indexOf('.');
        return dot < 0 ? resource : resource.substring(0, dot);
    }
}
