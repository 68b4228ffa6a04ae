/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.metrics;

import io.micrometer.common.KeyValue;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationHandler;
import io.micrometer.observation.ObservationRegistry;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What a registry's observations were told. Thread-safe. */
public final class RecordedObservations implements ObservationHandler<Observation.Context> {
    private final ObservationRegistry registry = ObservationRegistry.create();
    private final List<String> events = Collections.synchronizedList(new ArrayList<>());
    private final List<Observation.Context> stopped = Collections.synchronizedList(new ArrayList<>());

    public RecordedObservations() {
        registry.observationConfig().observationHandler(this);
    }

    public ObservationRegistry registry() {
        return registry;
    }

    /** The names of observations and what a tracer would call their events, in order. */
    public List<String> events() {
        return List.copyOf(events);
    }

    /** Those that are over, in order. */
    public List<Observation.Context> stopped() {
        return List.copyOf(stopped);
    }

    static Map<String, String> attributes(Observation.ContextView of) {
        return map(of.getHighCardinalityKeyValues());
    }

    static Map<String, String> tags(Observation.ContextView of) {
        return map(of.getLowCardinalityKeyValues());
    }

    private static Map<String, String> map(Iterable<KeyValue> keyValues) {
        Map<String, String> map = new TreeMap<>();
        keyValues.forEach(each -> map.put(each.getKey(), each.getValue()));
        return map;
    }

    @Override
    public void onEvent(Observation.Event event, Observation.Context context) {
        events.add(context.getName() + ": " + event.getContextualName());
    }

    @Override
    public void onStop(Observation.Context context) {
        stopped.add(context);
    }

    @Override
    public boolean supportsContext(Observation.Context context) {
        return true;
    }
}
