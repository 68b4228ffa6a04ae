/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.startup;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Makes a method of a bean a {@link StartupStage}: it runs once, after the server listens, instead of while the bean is
 * made. Immutable; read by the adapters for frameworks, not by the library itself.
 *
 * <pre>{@code
 * @DeferredStartup(estimate = "200MB", after = "customers")
 * void loadPrices(StageContext stage) { ... }
 * }</pre>
 *
 * <p>The method has no parameter or a {@link StageContext}, and returns nothing. Adapters replace placeholders in what is
 * a string here.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
public @interface DeferredStartup {
    /** What reports, meters and {@link #after()} call the stage. Default: bean and method, {@code prices.load}. */
    String name() default "";

    /** How much hangs on it. */
    StageTier tier() default StageTier.CRITICAL;

    /** The memory it takes at most while it runs, in B, KB, MB or GB, such as {@code 200MB}. Default: unknown. */
    String estimate() default "";

    /** The names of stages that must be done before it. */
    String[] after() default {};

    /** How long one attempt may run, such as {@code 90s} or {@code 10m}. Default: 5 min. */
    String timeout() default "";

    /** What happens when it fails, after all retries. */
    OnFailure onFailure() default OnFailure.BY_TIER;

    /** How often it is tried again when it has failed. */
    int retries() default 0;

    /** The wait before the first retry; it doubles with each. */
    String backoff() default "1s";

    /** Whether it waits for memory. */
    boolean gated() default true;

    /** Whether it waits until the service has nothing else to do; for background stages only. */
    boolean whenIdle() default false;

    /** What happens when a stage fails. */
    enum OnFailure {
        /** {@link #FAIL} if it is critical, else {@link #DEGRADE}. */
        BY_TIER,
        /** The start has failed, and the service is broken. */
        FAIL,
        /** The service goes on without the stage. */
        DEGRADE
    }
}
