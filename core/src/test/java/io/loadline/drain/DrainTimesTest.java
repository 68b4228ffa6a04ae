/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.drain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.loadline.drain.DrainCoordinator.Settling;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** The times of a drain, until it begins. */
class DrainTimesTest {
    @Test
    void times_thatChange_areThoseOfTheDrain() {
        DrainedService service = new DrainedService();
        service.traffic(Duration.ofSeconds(60), Duration.ofMillis(100));
        var running = service.begin();
        service.drain.times(service.drain
                .times()
                .deadline(Duration.ofSeconds(8))
                .quiet(Duration.ofSeconds(3))
                .settleMax(Duration.ofSeconds(4)));
        CompletableFuture<DrainResult> drained = service.drainAsync(Settling.WAIT);

        service.pass(Duration.ofMillis(2_800));
        assertThat(service.drain.phase()).isEqualTo(DrainPhase.SETTLING);
        service.pass(Duration.ofMillis(400));
        assertThat(service.drain.phase()).isEqualTo(DrainPhase.QUIESCING);
        service.pass(Duration.ofMillis(4_600));
        assertThat(drained).isNotDone();
        service.pass(Duration.ofMillis(400));
        assertThat(drained.join().outcome()).isEqualTo(DrainOutcome.REQUESTS_ACTIVE);
        running.success();
    }

    @Test
    void times_ofADrainThatHasBegun_stay() {
        DrainedService service = new DrainedService();
        DrainTimes before = service.drain.times();
        service.drainAsync(Settling.WAIT);

        assertThatIllegalStateException()
                .isThrownBy(() -> service.drain.times(before.deadline(Duration.ofSeconds(5))))
                .withMessageContaining("begun");
        assertThat(service.drain.times()).isEqualTo(before);
    }

    @Test
    void times_thatContradictEachOther_areRefused() {
        DrainedService service = new DrainedService();
        DrainTimes before = service.drain.times();

        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        service.drain.times(before.quiet(Duration.ofSeconds(6)).deadline(Duration.ofSeconds(10))))
                .withMessageContaining("PT6S > PT5S");
        assertThat(service.drain.times()).isEqualTo(before);
    }
}
