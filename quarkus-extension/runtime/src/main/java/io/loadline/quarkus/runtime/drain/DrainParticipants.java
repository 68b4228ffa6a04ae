/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.quarkus.runtime.drain;

import io.loadline.drain.DrainCoordinator;
import io.loadline.drain.DrainParticipant;
import io.loadline.time.Registration;
import io.quarkus.arc.All;
import io.quarkus.runtime.LaunchMode;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.List;

/** All beans that take part in the drain, Loadline's own and those of the application. Thread-safe. */
@Singleton
public class DrainParticipants {
    private final List<DrainParticipant> participants;

    @Inject
    DrainParticipants(@All List<DrainParticipant> participants) {
        this.participants = participants;
    }

    /** Adds them to {@code drain}, for as long as there is one; in dev mode none, where nothing waits for them. */
    public void addTo(DrainCoordinator drain) {
        // Else they would be at work while a reload destroys the beans that they use.
        if (LaunchMode.current() == LaunchMode.DEVELOPMENT) {
            return;
        }
        participants.stream()
                .filter(each -> !(each instanceof OptionalParticipant known) || known.takesPart())
                .forEach(each -> {
                    Registration unused = drain.add(each);
                });
    }
}
