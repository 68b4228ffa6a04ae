/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.management;

import io.loadline.internal.JsonWriter;
import io.loadline.signal.QueueSnapshot;
import org.jspecify.annotations.Nullable;

/**
 * A queue that the service takes its work from, at one moment. Immutable; null where it is not known.
 *
 * @param name its name
 * @param objectiveSeconds how long a backlog may take to clear
 * @param depth messages that wait and fall to this instance
 * @param arrivalRate how many come each second for this instance
 * @param sustainedRate how many this instance was seen to do each second while others waited
 * @param clearSeconds how long it takes for those that wait, if nothing more comes
 * @param load 1 if those are done exactly within the objective while more come
 */
public record QueueStatus(
        String name,
        double objectiveSeconds,
        @Nullable Double depth,
        @Nullable Double arrivalRate,
        @Nullable Double sustainedRate,
        @Nullable Double clearSeconds,
        @Nullable Double load) {

    static QueueStatus of(QueueSnapshot queue) {
        return new QueueStatus(
                queue.name(),
                queue.objective().toMillis() / 1e3,
                unlessNan(queue.depth()),
                unlessNan(queue.arrivalRate()),
                unlessNan(queue.sustainedRate()),
                unlessNan(queue.clearSeconds()),
                unlessNan(queue.load()));
    }

    void write(JsonWriter json) {
        json.beginObject()
                .member("name", name)
                .member("objectiveSeconds", objectiveSeconds)
                .member("depth", orNan(depth))
                .member("arrivalRate", orNan(arrivalRate))
                .member("sustainedRate", orNan(sustainedRate))
                .member("clearSeconds", orNan(clearSeconds))
                .member("load", orNan(load))
                .endObject();
    }

    private static @Nullable Double unlessNan(double value) {
        return Double.isNaN(value) ? null : (Double) value;
    }

    private static double orNan(@Nullable Double value) {
        return value == null ? Double.NaN : value;
    }
}
