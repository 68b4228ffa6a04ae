/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.quarkus.runtime;

import org.eclipse.microprofile.config.Config;
import org.eclipse.microprofile.config.ConfigProvider;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells of settings of Quarkus that defeat the drain, or add to it. Stateless. */
final class OtherShutdownSettings {
    private static final Logger LOG = LoggerFactory.getLogger(OtherShutdownSettings.class);
    private static final String TIMEOUT = "quarkus.shutdown.timeout";
    private static final String DELAY = "quarkus.shutdown.delay";
    private static final String DELAY_ENABLED = "quarkus.shutdown.delay-enabled";

    private OtherShutdownSettings() {}

    static void warn() {
        Config config = ConfigProvider.getConfig();
        String timeout = config.getOptionalValue(TIMEOUT, String.class).orElse(null);
        if (timeout != null) {
            LOG.warn(
                    "{}={} is waited for after the drain, and beyond its deadline if something does not end: remove it,"
                            + " and set quarkus.loadline.drain.deadline",
                    TIMEOUT,
                    timeout);
        }
        String delay = config.getOptionalValue(DELAY, String.class).orElse(null);
        if (delay != null) {
            LOG.warn(
                    "{}={} is waited for after the drain, when nothing is served any more: remove it, and set"
                            + " quarkus.loadline.drain.quiet and .settle-max",
                    DELAY,
                    delay);
        }
        if (config.getOptionalValue(DELAY_ENABLED, Boolean.class).orElse(false)) {
            LOG.warn(
                    "{}=true makes readiness go down at once, whatever quarkus.loadline.drain.readiness says: remove it,"
                            + " and build again",
                    DELAY_ENABLED);
        }
    }
}
