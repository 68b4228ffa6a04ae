/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.signal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.loadline.LogCapture;
import io.loadline.signal.Backlog.Counts;
import io.loadline.time.ManualTicker;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A queue with an objective of a minute, whose consumers do 50 messages a second. */
class BacklogTest {
    private static final double RATE = 50;

    private final LogCapture log = LogCapture.of(Backlog.class);
    private final ManualTicker ticker = new ManualTicker();
    private final Backlog backlog = Backlog.of("orders", Duration.ofMinutes(1), this::counts, ticker);

    private double waiting;
    private double completed;
    private double part = 1;
    private long epoch;
    private double rate = RATE;

    /** How many are committed at once. */
    private int batch = 1;

    private boolean fails;
    private boolean linksFail;
    private boolean tellsNothing;
    private int reads;

    @AfterEach
    void stopCapture() {
        log.close();
    }

    private Counts counts() throws Exception {
        reads++;
        if (fails) {
            throw new IllegalStateException("no broker");
        }
        if (linksFail) {
            throw new NoSuchMethodError("Admin.close()");
        }
        if (tellsNothing) {
            return null;
        }
        long committed = (long) (completed / batch) * batch;
        return new Counts((long) (waiting + completed - committed), part, committed, epoch);
    }

    /** {@code perSecond} come, and as many are done as can be, while the signal asks each second. */
    private void run(double perSecond, int seconds) {
        for (int i = 0; i < seconds * 10; i++) {
            double done = Math.min(waiting + perSecond / 10, rate / 10);
            waiting += perSecond / 10 - done;
            completed += done;
            ticker.advance(Duration.ofMillis(100));
            if (i % 10 == 9) {
                double unused = backlog.utilization();
            }
        }
    }

    @Test
    void load_isOne_whenTheShareClearsExactlyWithinTheObjective() {
        waiting = 3030;
        run(20, 41);
        QueueSnapshot snapshot = backlog.snapshot();

        assertThat(snapshot.depth()).isEqualTo(waiting).isEqualTo(1800);
        assertThat(snapshot.arrivalRate()).isCloseTo(20, within(0.01));
        assertThat(snapshot.sustainedRate()).isCloseTo(50, within(0.01));
        assertThat(snapshot.clearSeconds()).isCloseTo(36, within(0.01));
        assertThat(snapshot.load()).isCloseTo(1, within(0.001));
        assertThat(backlog.utilization()).isEqualTo(snapshot.load());
        assertThat(backlog.detail())
                .isEqualTo("1800 wait, 20.0/s come, 50.0/s sustained: 36 s to clear, objective 60 s");

        run(20, 59);
        assertThat(waiting).isEqualTo(30);
        run(20, 1);
        assertThat(waiting).isZero();
    }

    @Test
    void load_ofAnEmptyQueue_isTheUtilizationOfItsConsumers() {
        waiting = 1000;
        run(10, 60);

        assertThat(waiting).isZero();
        assertThat(backlog.snapshot().load()).isCloseTo(0.2, within(0.01));
        run(0, 240);
        assertThat(backlog.snapshot().load()).isCloseTo(0, within(0.01));
        assertThat(backlog.isUnknown()).isFalse();
    }

    /** They would be too low for a moment and too high for another if a window ended between two commits. */
    @Test
    void rates_ofCommitsInBatches_areThoseOfTheMessages() {
        batch = 500;
        waiting = 20_000;
        run(20, 180);

        assertThat(backlog.snapshot().sustainedRate()).isCloseTo(50, within(1.0));
        assertThat(backlog.snapshot().arrivalRate()).isCloseTo(20, within(0.5));
    }

    @Test
    void sustainedRate_isUnknown_untilMessagesHaveWaited() {
        run(40, 60);
        assertThat(backlog.snapshot().sustainedRate()).isNaN();
        assertThat(backlog.utilization()).isNaN();
        assertThat(backlog.detail()).isEqualTo("0 wait; how many it sustains is not known yet");
        assertThat(backlog.isUnknown()).isFalse();

        run(60, 40);
        assertThat(backlog.snapshot().sustainedRate()).isCloseTo(50, within(0.01));
    }

    /** Otherwise a slow database would call for consumers, which would slow it further. */
    @Test
    void sustainedRate_thatFalls_isBelievedIfSomethingIsUsedUpHere() {
        waiting = 100_000;
        run(0, 20);
        rate = 25;
        run(0, 120);
        assertThat(backlog.snapshot().sustainedRate()).isCloseTo(50, within(0.01));

        backlog.localLimit(true);
        run(0, 60);
        assertThat(backlog.snapshot().sustainedRate()).isCloseTo(25, within(0.01));
    }

    @Test
    void sustainedRate_thatRises_isFollowed() {
        waiting = 100_000;
        run(0, 20);
        rate = 80;
        run(0, 20);

        assertThat(backlog.snapshot().sustainedRate()).isCloseTo(80, within(0.01));
    }

    /** One of four consumers: three others do as much. */
    @Test
    void share_ofOneConsumerOfFour_isAQuarter() {
        part = 0.25;
        waiting = 8000;
        for (int second = 0; second < 20; second++) {
            run(0, 1);
            waiting += 60 - 3 * RATE;
        }
        QueueSnapshot snapshot = backlog.snapshot();

        assertThat(snapshot.depth()).isEqualTo((8000 - 18 * 140 - 50) / 4.0);
        assertThat(snapshot.arrivalRate()).isCloseTo(15, within(0.01));
        assertThat(snapshot.sustainedRate()).isCloseTo(50, within(0.01));
    }

    /** What others had counted is neither come nor done. */
    @Test
    void rates_whenPartitionsMove_stayAsTheyWere() {
        waiting = 3000;
        run(20, 20);
        epoch = 1;
        waiting += 10_000;
        completed += 1_000_000;
        run(20, 9);

        assertThat(backlog.snapshot().arrivalRate()).isCloseTo(20, within(0.01));
        assertThat(backlog.snapshot().sustainedRate()).isCloseTo(50, within(0.01));
        assertThat(backlog.snapshot().depth()).isEqualTo(waiting);
    }

    @Test
    void rates_whenTheCountGoesBack_stayAsTheyWere() {
        waiting = 3000;
        run(20, 20);
        completed = 0;
        run(20, 8);

        assertThat(backlog.snapshot().arrivalRate()).isCloseTo(20, within(0.01));
        assertThat(backlog.snapshot().sustainedRate()).isCloseTo(50, within(0.01));
    }

    @Test
    void backlog_thatCannotBeRead_isKnownForTenSeconds_andUnknownForAMinute() {
        waiting = 3000;
        run(20, 20);
        fails = true;
        run(20, 8);
        assertThat(backlog.snapshot().depth()).isPositive();
        assertThat(backlog.detail()).endsWith("; not read anew: no broker");
        assertThat(backlog.isUnknown()).isFalse();

        run(20, 4);
        assertThat(backlog.snapshot().depth()).isNaN();
        assertThat(backlog.snapshot().clearSeconds()).isNaN();
        assertThat(backlog.utilization()).isNaN();
        assertThat(backlog.detail()).isEqualTo("no broker");
        assertThat(backlog.isUnknown()).isTrue();
        run(20, 46);
        assertThat(backlog.isUnknown()).isTrue();
        run(20, 4);
        assertThat(backlog.isUnknown()).isFalse();
        assertThat(log.warnings()).hasSize(1);

        fails = false;
        run(20, 5);
        assertThat(backlog.snapshot().load()).isPositive();
    }

    @Test
    void backlog_thatWasNeverRead_isUnknownForAMinute() {
        ticker.advance(Duration.ofSeconds(60));
        assertThat(backlog.detail()).isEqualTo("it has not been read yet");

        fails = true;
        assertThat(backlog.utilization()).isNaN();
        assertThat(backlog.detail()).isEqualTo("no broker");
        assertThat(log.warnings()).isEmpty();
        ticker.advance(Duration.ofSeconds(59));
        assertThat(backlog.isUnknown()).isTrue();
        ticker.advance(Duration.ofSeconds(1));
        assertThat(backlog.isUnknown()).isFalse();
        assertThat(backlog.snapshot().load()).isNaN();
    }

    /** Where there is no thread for it. */
    @Test
    void backlog_thatNobodyAsksFor_isUnknownForAMinute() {
        assertThat(backlog.isUnknown()).isTrue();
        ticker.advance(Duration.ofSeconds(59));
        assertThat(backlog.isUnknown()).isTrue();
        ticker.advance(Duration.ofSeconds(1));
        assertThat(backlog.isUnknown()).isFalse();

        waiting = 3000;
        run(20, 2);
        assertThat(backlog.snapshot().depth()).isPositive();
    }

    @Test
    void source_thatThrowsAnError_isAskedLessOften_andSaysWhy() {
        linksFail = true;
        run(0, 20);

        assertThat(reads).isEqualTo(4);
        assertThat(backlog.detail()).isEqualTo("Admin.close()");
        assertThat(log.warnings()).hasSize(1);
    }

    @Test
    void source_thatGivesNothing_isUnknownAndSaysSo() {
        tellsNothing = true;
        run(0, 1);

        assertThat(backlog.detail()).isEqualTo("the source gives no counts");
    }

    @Test
    void broker_isAskedEveryOtherSecond_andLessOftenWhileItIsAway() {
        run(0, 20);
        assertThat(reads).isEqualTo(10);

        fails = true;
        run(0, 20);
        assertThat(reads).isEqualTo(14);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "Orders", "orders.eu", "a b"})
    void name_thatIsNoTag_isRefused(String name) {
        assertThatThrownBy(() -> Backlog.of(name, Duration.ofMinutes(1), this::counts))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'" + name + "'");
    }

    @ParameterizedTest
    @ValueSource(strings = {"PT0S", "PT0.9S", "PT-1M", "P8D"})
    void objective_thatIsNone_isRefused(String objective) {
        assertThatThrownBy(() -> Backlog.of("orders", Duration.parse(objective), this::counts))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("between 1 second and 7 days: ");
    }

    @Test
    void counts_thatMakeNoSense_areRefused() {
        assertThatThrownBy(() -> new Counts(-1, 1, 0, 0)).hasMessageContaining("waiting must not be negative: -1");
        assertThatThrownBy(() -> new Counts(1, Double.NaN, 0, 0)).hasMessageContaining("between 0 and 1: NaN");
        assertThatThrownBy(() -> new Counts(1, 1.5, 0, 0)).hasMessageContaining("between 0 and 1: 1.5");
    }
}
