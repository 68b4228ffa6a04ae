/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.guard;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.EventType;
import jdk.jfr.FlightRecorder;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** The same with a flight recorder. Stateless. */
final class RecordedDegradation extends DegradationEvents {

    /** Made when there is a recorder: the first type of a process costs its start tens of milliseconds. Immutable. */
    private static final class Types {
        static final EventType CHANGE = EventType.getEventType(FeatureChange.class);
    }

    @Override
    void changed(DegradationChange change) {
        if (FlightRecorder.isInitialized() && Types.CHANGE.isEnabled()) {
            new FeatureChange(change).commit();
        }
    }

    /** A feature that went off or came back, or that somebody decided about. Not thread-safe. */
    @Name("io.loadline.FeatureChange")
    @Label("Feature Change")
    @Category("Loadline")
    @StackTrace(false)
    @SuppressWarnings("UnusedVariable") // read by the recorder
    private static final class FeatureChange extends Event {
        @Label("Feature")
        final String feature;

        @Label("Allowed")
        final boolean allowed;

        @Label("Cause")
        final String cause;

        @Label("Load")
        @Description("Demand over capacity; NaN if it was not known")
        final double load;

        @Label("Level")
        final int level;

        @Label("Detail")
        final String detail;

        FeatureChange(DegradationChange change) {
            this.feature = change.feature();
            this.allowed = change.allowed();
            this.cause = change.cause().tag();
            this.load = change.load();
            this.level = change.level();
            this.detail = change.detail();
        }
    }
}
