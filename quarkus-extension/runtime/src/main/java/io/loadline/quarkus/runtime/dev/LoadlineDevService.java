/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.quarkus.runtime.dev;

import io.loadline.Loadline;
import io.loadline.config.InvalidSettingsException;
import io.loadline.management.SettingsStatus;
import io.loadline.management.StartupStatus;
import io.loadline.signal.SignalSnapshot;
import jakarta.inject.Inject;
import java.util.Locale;
import java.util.Map;

/** What the page in the Dev UI asks and changes; answers are the JSON of the reads. Thread-safe. */
public class LoadlineDevService {
    private static final String WHO = "Dev UI";

    private final Loadline loadline;

    @Inject
    LoadlineDevService(Loadline loadline) {
        this.loadline = loadline;
    }

    /** The load and the limit, for the card. */
    public String label() {
        SignalSnapshot now = loadline.signal().snapshot();
        String load = Double.isNaN(now.load()) ? "-" : String.format(Locale.ROOT, "%.2f", now.load());
        return load + " of " + loadline.limiter().limit();
    }

    /** What {@code /loadline} tells. */
    public String status() {
        return loadline.status().toJson();
    }

    /** What {@code /loadline/startup} tells. */
    public String startup() {
        return StartupStatus.of(loadline.startup().report()).toJson();
    }

    /** What {@code /loadline/memory} tells. */
    public String memory() {
        return loadline.advisor().report().memoryJson();
    }

    /** What {@code /loadline/advice} tells. */
    public String advice() {
        return loadline.advisor().report().adviceJson();
    }

    /** What {@code /loadline/settings} tells. */
    public String settings() {
        return SettingsStatus.of(loadline.settings(), true).toJson();
    }

    /** Changes a setting, blank to take that back; returns what is wrong with it, nothing if it holds now. */
    public String change(String key, String value) {
        try {
            Object unused = loadline.settings().change(Map.of(key, value), WHO);
            return "";
        } catch (InvalidSettingsException e) {
            return String.valueOf(e.getMessage());
        }
    }
}
