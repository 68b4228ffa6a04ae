/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.drain;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A call that a drain ended without. Immutable.
 *
 * @param route its route
 * @param age how long it has been running, to about 100 ms
 * @param thread the name of the thread that runs it; null if none is bound to it
 * @param longLived whether it is one of the {@link LongLivedExchanges}
 */
public record UnfinishedCall(
        String route, Duration age, @Nullable String thread, boolean longLived) {}
