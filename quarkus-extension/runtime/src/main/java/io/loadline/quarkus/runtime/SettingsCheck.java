/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.quarkus.runtime;

import io.loadline.guard.ClientKey;
import io.loadline.quarkus.runtime.config.LimitSettings;
import io.loadline.quarkus.runtime.config.LoadlineConfig;
import io.loadline.quarkus.runtime.config.QuotaSettings;
import io.loadline.quarkus.runtime.config.ServiceSettings;
import io.loadline.quarkus.runtime.http.HttpAdmission;
import io.loadline.quarkus.runtime.queue.QueueReader;
import io.loadline.signal.Backlog;
import io.loadline.startup.StartupPlan;
import java.util.ArrayList;
import java.util.List;

/** Reads all settings once before anything of the application is made. Stateless. */
final class SettingsCheck {
    /*
     * Beans would find the same, but in the middle of the start: then others have opened what they need, and what is wrong is
     * told as the failure of a bean. What beans of the application add comes later, and is looked at then.
     */
    private SettingsCheck() {}

    /**
     * Reads them.
     *
     * @param queues the kinds of queues that will be read
     * @throws io.quarkus.runtime.configuration.ConfigurationException if one is wrong
     */
    static void run(LoadlineConfig config, List<QueueReader.Kind> queues) {
        if (!config.enabled()) {
            return;
        }
        List<Unread> readers = new ArrayList<>();
        for (QueueReader.Kind each : queues) {
            readers.add(new Unread(each));
        }
        LoadlineMaker.check(config, readers);
        HttpAdmission.check(config);
        StartupPlan.Builder startup = StartupPlan.builder();
        ServiceSettings.configure(startup, config.startup());
        Object unused = List.of(
                LimitSettings.contextHeaders(config.limit()),
                startup.build(),
                ServiceSettings.warmUp(config.startup().warmUp()),
                QuotaSettings.quota(config.guard().quota(), config.limit().routes(), List.of()),
                // One of the application's own is not there yet.
                QuotaSettings.clientKey(config.guard().quota(), ClientKey::principal));
    }

    /** Stands for a reader that is not there yet. */
    private record Unread(Kind kind) implements QueueReader {
        @Override
        public Backlog.Source source(String destination) {
            return () -> {
                throw new IllegalStateException("not read yet");
            };
        }
    }
}
