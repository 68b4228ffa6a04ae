/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.loadline.LogCapture;
import io.loadline.config.SettingsChange.Difference;
import io.loadline.config.SettingsChange.Result;
import io.loadline.limit.AdaptiveLimit;
import io.loadline.limit.ConcurrencyLimiter;
import io.loadline.limit.Enforcement;
import io.loadline.limit.FixedLimit;
import io.loadline.limit.LimitBounds;
import io.loadline.limit.RouteLimits;
import io.loadline.time.Heartbeat;
import io.loadline.time.ManualTicker;
import io.loadline.time.Registration;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LiveSettingsTest {
    private static final String ENFORCEMENT = "loadline.limit.enforcement";

    private final Heartbeat heartbeat = Heartbeat.create(new ManualTicker());
    private final ConcurrencyLimiter limiter = limiter(builder -> builder.algorithm(
                    () -> AdaptiveLimit.builder().limits(2, 100).build())
            .limits("money", RouteLimits.NONE.share(0.2), "POST /pay"));
    private final Numbers first = new Numbers("first");
    private final Numbers second = new Numbers("second");

    @Test
    void current_atTheStart_isWhatThePartsHave() {
        LiveSettings settings = settings(Map.of());

        assertThat(settings.current().version()).isEqualTo(1);
        assertThat(setting(settings, ENFORCEMENT))
                .isEqualTo(new Setting(
                        ENFORCEMENT, "enforce", SettingSource.START, "enforce", "one of off, shadow, enforce"));
        assertThat(setting(settings, "loadline.limit.routes.money.share").value())
                .isEqualTo("0.2");
        assertThat(setting(settings, "loadline.limit.waiting.max-waiters").value())
                .isNull();
        assertThat(settings.current().all())
                .extracting(Setting::key)
                .contains("loadline.limit.min", "loadline.limit.max")
                .doesNotContain("loadline.limit.initial");
    }

    @Test
    void change_ofSeveral_isAppliedAndTold() {
        LiveSettings settings = settings(Map.of());

        LoadlineSettings now = settings.change(
                Map.of(
                        ENFORCEMENT,
                        "Shadow",
                        "loadline.limit.max",
                        "20",
                        "loadline.limit.routes[GET /orders/{id}].cap",
                        "4",
                        "loadline.limit.routes.money.cap-share",
                        "0.5"),
                "alice");

        assertThat(now).isSameAs(settings.current());
        assertThat(now.version()).isEqualTo(2);
        assertThat(limiter.enforcement()).isEqualTo(Enforcement.SHADOW);
        assertThat(limiter.settings().bounds()).isEqualTo(new LimitBounds(2, 20));
        assertThat(limiter.limits())
                .containsEntry("GET /orders/{id}", RouteLimits.NONE.cap(4))
                .containsEntry("money", RouteLimits.NONE.share(0.2).capShare(0.5));
        SettingsChange told = settings.history().get(0);
        assertThat(told.version()).isEqualTo(2);
        assertThat(told.who()).isEqualTo("alice");
        assertThat(told.result()).isEqualTo(Result.APPLIED);
        assertThat(told.differences())
                .containsExactly(
                        new Difference(ENFORCEMENT, "enforce", "shadow"),
                        new Difference("loadline.limit.max", "100", "20"),
                        new Difference("loadline.limit.routes.money.cap-share", null, "0.5"),
                        new Difference("loadline.limit.routes[GET /orders/{id}].cap", null, "4"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "loadline.limit.enforcement | maybe | one of off, shadow, enforce",
                "loadline.limit.enforcement | enforce, shadow | one of off, shadow, enforce",
                "loadline.limit.max | 0 | between 1 and 1048575",
                "loadline.limit.max | 1 | min must not be above max",
                "loadline.limit.max | 1e2 | between 1 and 1048575",
                "loadline.limit.waiting.max-waiters | -1 | between 0 and 1048575",
                "loadline.limit.routes.money.share | NaN | from 0 to below 1",
                "loadline.limit.routes.money.share | 1 | from 0 to below 1",
                "loadline.limit.routes[x].share | 0.9 | shares must add up to less than 1",
                "loadline.limit.routes.money.cap-share | 0.1 | share must not be above cap-share",
                "loadline.limit.routes[POST /pay].cap | 3 | is in a group",
                "loadline.limit.maximum | 3 | no such setting",
                "loadline.limit.enforcment | off | did you mean loadline.limit.enforcement?",
                "loadline.limit.maxStreams | 5 | did you mean loadline.limit.max-streams?",
                "loadline.limit.initial | 5 | no such setting",
                "spring.application.name | shop | no such setting"
            })
    void change_thatIsNotAllowed_leavesAllAsItWas(String key, String value, String allowed) {
        LiveSettings settings = settings(Map.of());
        LoadlineSettings before = settings.current();
        var limits = limiter.settings();

        InvalidSettingsException refused = catchThrowableOfType(
                InvalidSettingsException.class,
                () -> settings.change(Map.of(key, value, "loadline.limit.max-streams", "7"), "bob"));

        assertThat(refused).hasMessageContaining(allowed);
        assertThat(refused.problems()).hasSize(1);
        assertThat(settings.current()).isSameAs(before);
        assertThat(limiter.settings()).isEqualTo(limits);
        SettingsChange told = settings.history().get(0);
        assertThat(told.result()).isEqualTo(Result.REJECTED);
        assertThat(told.version()).isEqualTo(before.version());
        assertThat(told.problems()).isEqualTo(refused.problems());
        assertThat(settings.changes(Result.REJECTED)).isEqualTo(1);
    }

    @Test
    void fixedLimit_isChangedByItsInitialLimit() {
        ConcurrencyLimiter fixed = limiter(builder -> builder.algorithm(() -> FixedLimit.of(8)));
        LiveSettings settings = LiveSettings.builder(heartbeat)
                .environment(Map.of())
                .part(new LimiterKnobs(fixed))
                .build();

        settings.change(Map.of("loadline.limit.initial", "3"), "alice");

        assertThat(fixed.limit()).isEqualTo(3);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> settings.change(Map.of("loadline.limit.max", "9"), "alice"));
    }

    @Test
    void change_toABlank_takesBackWhatWasChanged() {
        LiveSettings settings = settings(Map.of("LOADLINE_LIMIT_ENFORCEMENT", "shadow"));
        settings.change(Map.of(ENFORCEMENT, "off", "loadline.limit.max", "50"), "alice");
        assertThat(limiter.enforcement()).isEqualTo(Enforcement.OFF);

        settings.change(Map.of(ENFORCEMENT, " "), "alice");

        assertThat(limiter.enforcement()).isEqualTo(Enforcement.SHADOW);
        assertThat(setting(settings, ENFORCEMENT).source()).isEqualTo(SettingSource.ENVIRONMENT);
        settings.change(Map.of(ENFORCEMENT, "default"), "alice");
        assertThat(limiter.enforcement()).isEqualTo(Enforcement.ENFORCE);
        assertThat(limiter.settings().bounds()).isEqualTo(new LimitBounds(2, 50));
    }

    @Test
    void change_asProperties_isReadAsAFileIs() {
        LiveSettings settings = settings(Map.of());

        settings.change("loadline.limit.enforcement = off\n# why\nloadline.limit.routes[GET\\ /a].cap=3\n", "alice");

        assertThat(limiter.enforcement()).isEqualTo(Enforcement.OFF);
        assertThat(limiter.limits()).containsEntry("GET /a", RouteLimits.NONE.cap(3));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> settings.change("loadline.limit.max=5\nloadline.limit.max=6", "alice"))
                .withMessageContaining("there once");
        assertThatIllegalArgumentException().isThrownBy(() -> settings.change("loadline.limit.max=\\uzz", "alice"));
        assertThat(settings.current().version()).isEqualTo(2);
    }

    @Test
    void change_toWhatHoldsAlready_isNone() {
        LiveSettings settings = settings(Map.of());
        settings.change(Map.of(ENFORCEMENT, "off"), "alice");

        settings.change(Map.of(ENFORCEMENT, "OFF"), "alice");

        assertThat(settings.current().version()).isEqualTo(2);
        assertThat(settings.history()).hasSize(1);
    }

    /** Only what is changed is applied: the rest may have been changed by code meanwhile. */
    @Test
    void change_ofOneSetting_leavesWhatCodeChanged() {
        LiveSettings settings = settings(Map.of());
        limiter.enforcement(Enforcement.SHADOW);

        settings.change(Map.of("loadline.limit.max", "50"), "alice");

        assertThat(limiter.enforcement()).isEqualTo(Enforcement.SHADOW);
    }

    @ParameterizedTest
    @CsvSource({
        "LOADLINE_LIMIT_MAXSTREAMS, loadline.limit.max-streams",
        "LOADLINE_LIMIT_MAX_STREAMS, loadline.limit.max-streams",
        "LOADLINE_LIMIT_WAITING_MAXWAITERS, loadline.limit.waiting.max-waiters",
        "LOADLINE_LIMIT_ROUTES_MONEY_CAP, loadline.limit.routes.money.cap",
        "LOADLINE_LIMIT_ROUTES_BIG_REPORTS_CAP, loadline.limit.routes.big-reports.cap",
        "LOADLINE_LIMIT_ROUTES_MONEY_CAP_SHARE, loadline.limit.routes.money.cap-share",
        "LOADLINE_LIMIT_ROUTES_MONEY_CAPSHARE, loadline.limit.routes.money.cap-share"
    })
    void environment_namesASetting(String variable, String key) {
        LiveSettings settings = settings(Map.of(variable, "1", "LOADLINE_PORT", "tcp://10.0.0.1:80", "PATH", "/bin"));

        assertThat(settings.current().all().stream()
                        .filter(each -> each.source() == SettingSource.ENVIRONMENT)
                        .map(Setting::key))
                .containsExactly(key);
    }

    @Test
    void environment_thatIsNotAllowed_stopsTheStart() {
        assertThatThrownBy(() -> settings(Map.of("LOADLINE_LIMIT_ENFORCEMENT", "yes")))
                .isInstanceOf(InvalidSettingsException.class)
                .hasMessage("loadline.limit.enforcement = yes: it must be one of off, shadow, enforce");
    }

    /** As one whose class cannot be loaded: it must not end the thread that watches files. */
    @Test
    void check_thatThrowsAnError_refusesTheChange() {
        Knob<Boolean> knob = Knob.bool("loadline.broken");
        SettingsPart broken = new SettingsPart() {
            @Override
            public List<Knob<?>> knobs() {
                return List.of(knob);
            }

            @Override
            public void check(LoadlineSettings wanted) {
                throw new NoClassDefFoundError("gone");
            }

            @Override
            public void apply(LoadlineSettings before, LoadlineSettings after) {}
        };
        LiveSettings settings = LiveSettings.builder(heartbeat)
                .environment(Map.of())
                .part(first)
                .part(broken)
                .build();

        assertThatThrownBy(
                        () -> settings.change(Map.of("loadline.first.one", "7", "loadline.first.other", "7"), "alice"))
                .isInstanceOf(InvalidSettingsException.class)
                .hasMessageContaining("[loadline.broken]: could not be checked")
                .hasMessageContaining("gone");
        assertThat(first.applied).isEmpty();
        assertThat(settings.changes(Result.REJECTED)).isEqualTo(1);
    }

    @Test
    void apply_thatThrows_takesBackWhatWasApplied() {
        LiveSettings settings = settings(Map.of());
        second.trap = text -> {
            if (text.equals("0 -> 7")) {
                throw new AssertionError("no");
            }
        };

        assertThatIllegalStateException()
                .isThrownBy(() -> settings.change(
                        Map.of(
                                ENFORCEMENT,
                                "off",
                                "loadline.first.one",
                                "7",
                                "loadline.first.other",
                                "7",
                                "loadline.second.one",
                                "7",
                                "loadline.second.other",
                                "7"),
                        "alice"))
                .withMessageContaining("loadline.second.one, loadline.second.other");

        assertThat(first.applied).containsExactly("0 -> 7", "7 -> 0");
        assertThat(second.applied).containsExactly("7 -> 0");
        assertThat(limiter.enforcement()).isEqualTo(Enforcement.ENFORCE);
        assertThat(settings.current().version()).isEqualTo(1);
        assertThat(settings.history().get(0).result()).isEqualTo(Result.FAILED);
        assertThat(settings.changes(Result.FAILED)).isEqualTo(1);
    }

    @Test
    void apply_thatCannotBeTakenBack_isLogged() {
        LiveSettings settings = settings(Map.of());
        first.trap = text -> {
            throw new IllegalArgumentException("never");
        };
        try (LogCapture log = LogCapture.of(LiveSettings.class)) {
            assertThatIllegalArgumentException().isThrownBy(() -> settings.change(numbers(3), "alice"));

            assertThat(log.warnings()).anyMatch(line -> line.contains("could not be taken back"));
        }
        assertThat(settings.history().get(0).result()).isEqualTo(Result.REJECTED);
    }

    @Test
    void apply_thatChangesSettings_isRefused() {
        LiveSettings settings = settings(Map.of());
        AtomicReference<Throwable> refused = new AtomicReference<>();
        first.trap = text -> {
            try {
                settings.change(Map.of(ENFORCEMENT, "off"), "a part");
            } catch (RuntimeException e) {
                refused.set(e);
            }
        };

        settings.change(numbers(3), "alice");

        assertThat(refused.get()).isInstanceOf(IllegalStateException.class).hasMessageContaining("later");
        assertThat(limiter.enforcement()).isEqualTo(Enforcement.ENFORCE);
    }

    @Test
    void rollback_toAVersion_makesItsValuesHoldAgain() {
        LiveSettings settings = settings(Map.of("LOADLINE_LIMIT_MAXSTREAMS", "9"));
        long before = settings.current().version();
        settings.change(
                Map.of(
                        ENFORCEMENT,
                        "off",
                        "loadline.limit.routes.jobs.cap",
                        "2",
                        "loadline.limit.waiting.max-waiters",
                        "0"),
                "alice");
        long between = settings.current().version();
        settings.change(Map.of(ENFORCEMENT, "shadow", "loadline.limit.max-streams", "1"), "bob");

        LoadlineSettings back = settings.rollback(before, "carol");

        assertThat(back.version()).isEqualTo(between + 2);
        assertThat(limiter.enforcement()).isEqualTo(Enforcement.ENFORCE);
        assertThat(limiter.streams().max()).isEqualTo(9);
        assertThat(limiter.settings().maxWaiters()).isNull();
        assertThat(limiter.limits().get("jobs")).isEqualTo(RouteLimits.NONE);
        assertThat(setting(settings, ENFORCEMENT).source()).isEqualTo(SettingSource.START);
        settings.rollback(between, "carol");
        assertThat(limiter.enforcement()).isEqualTo(Enforcement.OFF);
        assertThat(limiter.limits().get("jobs")).isEqualTo(RouteLimits.NONE.cap(2));
        assertThat(limiter.settings().maxWaiters()).isZero();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> settings.rollback(99, "carol"))
                .withMessageContaining("99");
    }

    /** A script that tries the same wrong value for ever does not push out what one can go back to. */
    @Test
    void history_keepsTheLastTwentyOfEachKind() {
        LiveSettings settings = settings(Map.of());
        for (int i = 1; i <= 30; i++) {
            settings.change(numbers(i), "alice");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> settings.change(Map.of("loadline.first.one", "-1"), "script"));
        }

        assertThat(settings.history()).hasSize(40);
        assertThat(settings.history().get(0).result()).isEqualTo(Result.REJECTED);
        assertThat(settings.history().get(1).version()).isEqualTo(31);
        settings.rollback(12, "alice");
        assertThat(settings.current().value(first.one)).isEqualTo(11);
        assertThatIllegalArgumentException().isThrownBy(() -> settings.rollback(10, "alice"));
        assertThat(settings.changes(Result.APPLIED)).isEqualTo(31);
        assertThat(settings.changes(Result.REJECTED)).isEqualTo(30);
    }

    @Test
    void log_ofManyChanges_isShort() {
        try (LogCapture log = LogCapture.of(LiveSettings.class)) {
            LiveSettings settings = settings(Map.of());
            for (int i = 1; i <= 200; i++) {
                settings.change(numbers(i), "alice\nroot: all is well");
            }

            assertThat(log.messages()).hasSize(20);
            assertThat(log.messages().get(0))
                    .isEqualTo("Settings: version 2 by alice?root: all is well:"
                            + " loadline.first.one 0 -> 1, loadline.first.other 0 -> 1");
        }
    }

    @Test
    void listeners_areToldInOrder_alsoBesideOnesThatThrowOrBlock() throws Exception {
        LiveSettings settings = settings(Map.of());
        CountDownLatch never = new CountDownLatch(1);
        BlockingQueue<SettingsChange> told = new LinkedBlockingQueue<>();
        BlockingQueue<SettingsChange> blocked = new LinkedBlockingQueue<>();
        settings.listen(change -> {
            throw new StackOverflowError();
        });
        Registration blocking = settings.listen(change -> {
            blocked.add(change);
            awaitUninterruptibly(never);
        });
        settings.listen(told::add);
        List<Long> versions = new ArrayList<>();
        for (int i = 1; i <= 100; i++) {
            settings.change(numbers(i), "alice");
            versions.add(told.poll(10, TimeUnit.SECONDS).version());
        }

        assertThat(versions).isSorted().hasSize(100).startsWith(2L).endsWith(101L);
        assertThat(blocked).hasSize(1);
        never.countDown();
        for (long expected = 101 - Mailbox.MOST + 1; blocked.peek() != null && expected <= 101; expected++) {
            SettingsChange next = blocked.poll(10, TimeUnit.SECONDS);
            expected = next.version() == 2 ? expected - 1 : expected;
            assertThat(next.version()).isIn(2L, expected);
        }
        blocking.close();
    }

    @Test
    void add_afterTheStart_isRefused() {
        LiveSettings settings = settings(Map.of("LOADLINE_THIRD_ONE", "4", "LOADLINE_THIRD_OTHER", "4"));
        Numbers third = new Numbers("third");
        settings.add(third);
        assertThat(settings.current().value(third.one)).isEqualTo(4);
        assertThat(third.applied).containsExactly("0 -> 4");
        assertThatIllegalArgumentException().isThrownBy(() -> settings.add(new Numbers("third")));
        settings.start();

        assertThatIllegalStateException().isThrownBy(() -> settings.add(new Numbers("fourth")));
    }

    @ParameterizedTest
    @CsvSource({
        "500ms, PT0.5S, 500ms",
        "1500, PT1.5S, 1500ms",
        "10 s, PT10S, 10s",
        "90s, PT1M30S, 90s",
        "2M, PT2M, 2m",
        "1h, PT1H, 60m",
        "PT1.5S, PT1.5S, 1500ms",
        "0, PT0S, 0s"
    })
    void durations_areReadAsFrameworksDo(String text, Duration value, String shown) {
        Knob<Duration> knob = Knob.duration("loadline.test.time", Duration.ZERO, Duration.ofHours(2));

        assertThat(knob.parse(knob.key(), text)).isEqualTo(value);
        assertThat(knob.format(value)).isEqualTo(shown);
        assertThat(knob.parse(knob.key(), shown)).isEqualTo(value);
    }

    private LiveSettings settings(Map<String, String> environment) {
        return LiveSettings.builder(heartbeat)
                .environment(environment)
                .part(new LimiterKnobs(limiter))
                .part(first)
                .part(second)
                .build();
    }

    private static Map<String, String> numbers(int value) {
        return Map.of("loadline.first.one", String.valueOf(value), "loadline.first.other", String.valueOf(value));
    }

    static Setting setting(LiveSettings settings, String key) {
        return settings.current().all().stream()
                .filter(each -> each.key().equals(key))
                .findFirst()
                .orElseThrow();
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static ConcurrencyLimiter limiter(Consumer<ConcurrencyLimiter.Builder> configure) {
        ConcurrencyLimiter.Builder builder = ConcurrencyLimiter.builder("test").ticker(new ManualTicker());
        configure.accept(builder);
        return builder.build();
    }
}
