/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.quarkus.runtime.method;

import io.quarkus.runtime.annotations.RecordableConstructor;
import java.util.List;

/** The methods and classes with {@link io.loadline.quarkus.ConcurrencyLimited} that the build has found. Immutable. */
public final class LimitedMethods {
    private final List<Found> found;

    /** Those of {@code found}. */
    public LimitedMethods(List<Found> found) {
        this.found = List.copyOf(found);
    }

    List<Found> found() {
        return found;
    }

    /** One of them. Immutable; written down by the build as its constructor says. */
    public static final class Found {
        private final String place;
        private final String limiter;
        private final String maxWait;

        /**
         * A method or a class.
         *
         * @param place where the annotation stands
         * @param limiter the limiter it names
         * @param maxWait how long it says that calls wait
         */
        @RecordableConstructor
        public Found(String place, String limiter, String maxWait) {
            this.place = place;
            this.limiter = limiter;
            this.maxWait = maxWait;
        }

        /** Where the annotation stands. */
        public String getPlace() {
            return place;
        }

        /** The limiter it names. */
        public String getLimiter() {
            return limiter;
        }

        /** How long it says that calls wait. */
        public String getMaxWait() {
            return maxWait;
        }
    }
}
