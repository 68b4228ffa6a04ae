/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring;

import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.BeanFactoryUtils;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.SmartInitializingSingleton;

/** The application's observations, which begin when all its singletons are there. Thread-safe. */
final class ApplicationObservations implements SmartInitializingSingleton {
    /*
     * A registry comes with all that observes: handlers, predicates, conventions, and what sends spans away. Any of them
     * may need Loadline, by a client that it guards for example, and could not be made while Loadline is. Until they are
     * all there, nothing happens that could be observed.
     *
     * No bean of the registry's type stands in for it: the application would have two.
     */
    private final ObjectProvider<ObservationRegistry> registries;
    private final ListableBeanFactory beans;

    /** Written when all singletons are there, read by whoever tells something. */
    private volatile ObservationRegistry found = ObservationRegistry.NOOP;

    /** Whether anybody asked. Confined to the thread that refreshes the context. */
    private boolean isUsed;

    ApplicationObservations(ObjectProvider<ObservationRegistry> registries, ListableBeanFactory beans) {
        this.registries = registries;
        this.beans = beans;
    }

    /** Does nothing for good unless there will be exactly one; {@link ObservationRegistry#NOOP} if there will be none. */
    ObservationRegistry registry() {
        isUsed = BeanFactoryUtils.beanNamesForTypeIncludingAncestors(beans, ObservationRegistry.class, true, false)
                        .length
                > 0;
        return isUsed ? new Late() : ObservationRegistry.NOOP;
    }

    @Override
    public void afterSingletonsInstantiated() {
        if (isUsed) {
            registries.ifUnique(registry -> found = registry);
        }
    }

    /** What is found, as soon as it is. Thread-safe. */
    private final class Late implements ObservationRegistry {
        @Override
        public @Nullable Observation getCurrentObservation() {
            return found.getCurrentObservation();
        }

        @Override
        public Observation.@Nullable Scope getCurrentObservationScope() {
            return found.getCurrentObservationScope();
        }

        @Override
        public void setCurrentObservationScope(Observation.@Nullable Scope current) {
            found.setCurrentObservationScope(current);
        }

        @Override
        public ObservationConfig observationConfig() {
            return found.observationConfig();
        }

        @Override
        public boolean isNoop() {
            return found.isNoop();
        }
    }
}
