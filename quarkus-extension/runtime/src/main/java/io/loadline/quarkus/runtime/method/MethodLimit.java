/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.quarkus.runtime.method;

import io.loadline.limit.ConcurrencyLimiter;
import io.loadline.limit.Route;
import java.time.Duration;

/**
 * By what calls of a method are limited. Immutable.
 *
 * @param limiter the limiter
 * @param route the route that calls are of
 * @param maxWait how long they wait to be admitted; zero if not at all
 * @param ofService whether the limiter is the service's own, in which requests have a place
 * @param returned what the method returns
 */
record MethodLimit(ConcurrencyLimiter limiter, Route route, Duration maxWait, boolean ofService, Returned returned) {}
