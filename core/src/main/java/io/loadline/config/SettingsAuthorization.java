/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.config;

import java.nio.file.Path;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Decides who may change settings from outside. Must be thread-safe. */
@FunctionalInterface
public interface SettingsAuthorization {

    /**
     * Whether a request may. One that throws refuses.
     *
     * @param header the value of the request's header of a name, null if it has none
     */
    Decision authorize(Function<String, @Nullable String> header);

    /**
     * Lets everybody change settings whose {@code Authorization} is {@code Bearer} and what {@code tokenFile} holds: 16
     * to 4,096 characters without blanks at the ends. It is read for each request, so it can be replaced; while there is
     * no such file nobody may.
     */
    static SettingsAuthorization bearer(Path tokenFile) {
        return new BearerToken(tokenFile);
    }

    /**
     * What was decided. Immutable.
     *
     * @param who who it is, for the history; null if that is unknown
     * @param allowed whether he may
     */
    record Decision(@Nullable String who, boolean allowed) {
        /** {@code who} may. */
        public static Decision allowed(String who) {
            return new Decision(who, true);
        }

        /** {@code who} is known and may not. */
        public static Decision forbidden(String who) {
            return new Decision(who, false);
        }

        /** Nobody knows who it is. */
        public static Decision unknown() {
            return new Decision(null, false);
        }
    }
}
