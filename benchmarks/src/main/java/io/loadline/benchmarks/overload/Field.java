/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.overload;

import io.loadline.benchmarks.harness.Sample;
import io.loadline.benchmarks.harness.Variant;
import java.util.EnumSet;
import java.util.List;

/**
 * Who is compared, in front of which services of which sample, and what is asked of Loadline there. Immutable.
 *
 * @param sample which all run
 * @param services in the order of their turns
 * @param contestants in the order of the table
 * @param capacityBar the share of the capacity that Loadline's goodput is to be at least
 */
record Field(Sample sample, List<Service> services, List<Variant> contestants, double capacityBar) {
    /**
     * The field of a sample.
     *
     * @param services empty for those that are usual
     * @param contestants empty for all that there are
     * @throws IllegalArgumentException if the sample has no such service, or a contestant is not for it
     */
    static Field of(Sample sample, List<Service> services, List<Variant> contestants) {
        List<Service> chosen = services.isEmpty() ? List.of(Service.POOL) : List.copyOf(EnumSet.copyOf(services));
        for (Service service : chosen) {
            if (!service.isOn(sample)) {
                throw new IllegalArgumentException("there is no service " + service + " on " + sample);
            }
        }
        for (Variant contestant : contestants) {
            if (!Variant.of(sample).contains(contestant)) {
                throw new IllegalArgumentException("there is no " + contestant + " for " + sample);
            }
        }
        List<Variant> all = contestants.isEmpty() ? Variant.of(sample) : contestants;
        return sample == Sample.QUARKUS ? new Field(sample, chosen, all, 0.9) : new Field(sample, chosen, all, 0.97);
    }
}
