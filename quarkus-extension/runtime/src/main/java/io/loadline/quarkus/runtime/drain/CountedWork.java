/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.quarkus.runtime.drain;

import jakarta.enterprise.util.Nonbinding;
import jakarta.interceptor.InterceptorBinding;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** On methods that do what no request asks for: the build adds it, so that the drain knows which of them run. Immutable. */
@InterceptorBinding
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.TYPE, ElementType.METHOD})
public @interface CountedWork {
    /** The kind of jobs. */
    String JOBS = "jobs";

    /** The kind of messages. */
    String MESSAGES = "messages";

    /** What kind of work it is. */
    @Nonbinding
    String value();

    /** The one channel that each message is from; empty if there are several, or none. */
    @Nonbinding
    String channel() default "";
}
