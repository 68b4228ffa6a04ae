/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.quarkus.runtime;

import io.micrometer.observation.ObservationRegistry;
import jakarta.enterprise.inject.Instance;
import jakarta.enterprise.util.TypeLiteral;
import java.lang.annotation.Annotation;
import java.util.Collections;
import java.util.Iterator;

/** What is injected where the application has no registry. */
final class NoObservations implements Instance<ObservationRegistry> {
    @Override
    public Instance<ObservationRegistry> select(Annotation... qualifiers) {
        return this;
    }

    @Override
    public <U extends ObservationRegistry> Instance<U> select(Class<U> subtype, Annotation... qualifiers) {
        throw new UnsupportedOperationException();
    }

    @Override
    public <U extends ObservationRegistry> Instance<U> select(TypeLiteral<U> subtype, Annotation... qualifiers) {
        throw new UnsupportedOperationException();
    }

    @Override
    public boolean isUnsatisfied() {
        return true;
    }

    @Override
    public boolean isAmbiguous() {
        return false;
    }

    @Override
    public void destroy(ObservationRegistry instance) {}

    @Override
    public Handle<ObservationRegistry> getHandle() {
        throw new UnsupportedOperationException();
    }

    @Override
    public Iterable<? extends Handle<ObservationRegistry>> handles() {
        return Collections.emptyList();
    }

    @Override
    public ObservationRegistry get() {
        throw new UnsupportedOperationException();
    }

    @Override
    public Iterator<ObservationRegistry> iterator() {
        return Collections.emptyIterator();
    }
}
