/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.signal;

import io.loadline.availability.ServiceState;
import java.util.Locale;

/** Whether the load of a service can be trusted, and if not, why. Only {@link #VALID} loads are published. */
public enum Validity {
    /** The load is a measurement of a service that serves. */
    VALID("the load is measured"),
    /** Nothing has been measured yet. */
    NO_DATA("nothing has been measured yet"),
    /** A queue cannot be read: a load without it would call for fewer instances while the broker is away. */
    BACKLOG_UNKNOWN("a queue cannot be read; without its backlog the load would be too low"),
    /** The service has not started. */
    STARTING("the service is starting; its load would say nothing about its capacity"),
    /** The service is not up to speed: a cold instance that published a high load would call for more cold instances. */
    WARMING("the service is warming up; its load would be higher than that of a warm one"),
    /** The service is leaving; its load will not be there in a moment. */
    DRAINING("the service is leaving"),
    /** The service has left. */
    STOPPED("the service has stopped"),
    /** The service waits for its restart. */
    BROKEN("the service is broken");

    private final String reason;

    Validity(String reason) {
        this.reason = reason;
    }

    /** Why the load is or is not published, for people. */
    public String reason() {
        return reason;
    }

    /** The name in lower case, as it is used in tags. */
    public String tag() {
        return name().toLowerCase(Locale.ROOT);
    }

    static Validity of(ServiceState state, boolean measured) {
        return switch (state) {
            case STARTING -> STARTING;
            case WARMING -> WARMING;
            case READY -> measured ? VALID : NO_DATA;
            case DRAINING -> DRAINING;
            case STOPPED -> STOPPED;
            case BROKEN -> BROKEN;
        };
    }
}
