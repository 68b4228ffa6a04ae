/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.quarkus.runtime;

import io.quarkus.runtime.annotations.RecordableConstructor;
import java.util.List;

/** The methods with {@link io.loadline.startup.DeferredStartup} that the build has found. Immutable. */
public final class StageMethods {
    private final List<Found> found;

    StageMethods(List<Found> found) {
        this.found = List.copyOf(found);
    }

    List<Found> found() {
        return found;
    }

    /** One of them. Immutable; written down by the build as its constructor says. */
    public static final class Found {
        private final String beanId;
        private final String beanName;
        private final String declaringClass;
        private final String method;
        private final boolean context;

        /**
         * A method.
         *
         * @param beanId the identifier of its bean in the container
         * @param beanName what people call the bean
         * @param declaringClass where the method is declared
         * @param method its name
         * @param context whether it is given the stage's context
         */
        @RecordableConstructor
        public Found(String beanId, String beanName, String declaringClass, String method, boolean context) {
            this.beanId = beanId;
            this.beanName = beanName;
            this.declaringClass = declaringClass;
            this.method = method;
            this.context = context;
        }

        /** The identifier of its bean in the container. */
        public String getBeanId() {
            return beanId;
        }

        /** What people call the bean. */
        public String getBeanName() {
            return beanName;
        }

        /** Where the method is declared. */
        public String getDeclaringClass() {
            return declaringClass;
        }

        /** Its name. */
        public String getMethod() {
            return method;
        }

        /** Whether it is given the stage's context. */
        public boolean isContext() {
            return context;
        }
    }
}
