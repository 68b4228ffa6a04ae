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
 * Makes each call of a bean's method, or of each of a bean's methods, a call of a
 * {@link io.loadline.limit.ConcurrencyLimiter}: for work that no request brings, such as messages and jobs, and for what only so
 * many requests may do at once. Immutable.
 *
 * <pre>{@code
 * @Incoming("orders")
 * @ConcurrencyLimited(maxWait = "500ms")
 * void handle(Order order) { ... }
 * }</pre>
 *
 * <p>A call that is refused fails with {@link io.loadline.limit.RejectedException}; as the answer of a Jakarta REST endpoint that
 * is a 503. One that returns a {@code Uni}, a {@code CompletionStage} or a {@code Multi} keeps its place until that completes,
 * fails or is cancelled: of a {@code Uni} and a {@code Multi}, each subscription is one call, and the method runs when it is
 * admitted. One that returns the {@code Multi} of a message channel is called once for all messages, so that the build refuses it.
 *
 * <p>Quarkus intercepts what a bean's methods call of each other, too, so that such a call takes another place: then annotate the
 * methods that others call, and not the class.
 */
@Documented
@InterceptorBinding
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.TYPE, ElementType.METHOD})
public @interface ConcurrencyLimited {
    /**
     * The identifier, see {@link io.smallrye.common.annotation.Identifier}, of the bean that is the limiter. Default: the service's
     * own, in which a request that is being served has a place already: calls within it take no second one.
     */
    @Nonbinding
    String limiter() default "";

    /** The name of the route that calls are of. Default: class and method, {@code OrderMessages.handle}. */
    @Nonbinding
    String route() default "";

    /**
     * How long a call waits to be admitted, such as {@code 200ms}; may be an expression, {@code ${orders.patience:200ms}}. On an
     * event loop only methods whose result comes later can wait. Default: not at all.
     */
    @Nonbinding
    String maxWait() default "";
}
