/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.quarkus;

import jakarta.enterprise.util.Nonbinding;
import jakarta.interceptor.InterceptorBinding;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Makes each call of a bean's method, of each of a bean's methods, or of a REST client, a call of the
 * {@link io.loadline.guard.DependencyGuard} of that name, whose settings are {@code quarkus.loadline.guard.dependencies.NAME.*}.
 * Immutable.
 *
 * <pre>{@code
 * @Guarded("inventory")
 * @RegisterRestClient(configKey = "inventory")
 * interface Inventory { ... }
 * }</pre>
 *
 * <p>A call that must not be made fails with {@link io.loadline.guard.GuardRefusedException}. One whose result is a {@code Uni} or a
 * {@code CompletionStage}, or which a REST client makes, fails with {@link io.loadline.guard.GuardTimeoutException} when its time is
 * up; a method that blocks keeps its thread for as long as it takes. The {@code CompletionStage} of a REST client has both in a
 * {@code ProcessingException}.
 */
@Documented
@InterceptorBinding
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.TYPE, ElementType.METHOD})
public @interface Guarded {
    /** The name of the dependency. */
    @Nonbinding
    String value();
}
