/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.availability;

import java.time.Instant;

/**
 * One transition of a service. Immutable.
 *
 * @param from the state before
 * @param to the state after
 * @param at when, by the wall clock
 * @param reason why, in a few words for people
 */
public record StateChange(ServiceState from, ServiceState to, Instant at, String reason) {}
