/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.loadline.guard.MissingKeys;
import io.loadline.guard.Quota;
import io.loadline.guard.QuotaLimit;
import io.loadline.guard.QuotaSettings;
import io.loadline.limit.Enforcement;
import io.loadline.time.Heartbeat;
import io.loadline.time.ManualTicker;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class QuotaKnobsTest {
    private static final String PREFIX = "loadline.guard.quota.";
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final Duration MINUTE = Duration.ofMinutes(1);

    private final ManualTicker ticker = new ManualTicker();
    private final Quota quota = Quota.builder("api")
            .limit(10, SECOND)
            .clientClass("gold", 100, SECOND)
            .clientClass("batch", 600, MINUTE)
            .classOf(key -> key.split(":", 2)[0])
            .route("reports", 1, SECOND, "GET /daily", "GET /weekly")
            .unknown(5, MINUTE)
            .ticker(ticker)
            .build();
    private final QuotaSettings built = quota.settings();
    private final LiveSettings settings = LiveSettings.builder(Heartbeat.create(ticker))
            .environment(Map.of("LOADLINE_GUARD_QUOTA_MISSINGKEYS", "admit"))
            .part(new QuotaKnobs(quota))
            .build();

    @Test
    void current_atTheStart_isWhatTheQuotaHas() {
        Map<String, String> values = new HashMap<>();
        settings.current().all().forEach(each -> values.put(each.key().substring(PREFIX.length()), each.value()));
        assertThat(values)
                .containsEntry("limit", "10")
                .containsEntry("period", "1s")
                .containsEntry("classes.gold.limit", "100")
                .doesNotContainKey("classes.gold.period")
                .containsEntry("classes.batch.limit", "600")
                .containsEntry("classes.batch.period", "1m")
                .containsEntry("routes.reports.limit", "1")
                .doesNotContainKey("routes.reports.period")
                .containsEntry("newcomers", null)
                .containsEntry("max-clients", "20000")
                .containsEntry("missing-keys", "admit")
                .containsEntry("enforcement", "enforce");
        assertThat(quota.settings()).isEqualTo(built.missingKeys(MissingKeys.ADMIT));
    }

    @Test
    void change_ofSeveral_isAppliedAsOneAndRolledBack() {
        change(
                "limit=3",
                "period=1m",
                "classes.gold.limit=7",
                "classes[Silver one].limit=5",
                "newcomers=9",
                "routes.reports.limit=4",
                "routes.reports.period=1s",
                "routes[GET /a].limit=2");

        assertThat(quota.settings())
                .isEqualTo(new QuotaSettings(
                        new QuotaLimit(3, MINUTE),
                        Map.of(
                                "gold", new QuotaLimit(7, MINUTE),
                                "batch", new QuotaLimit(600, MINUTE),
                                "Silver one", new QuotaLimit(5, MINUTE)),
                        Map.of("GET /a", new QuotaLimit(2, MINUTE), "reports", new QuotaLimit(4, SECOND)),
                        new QuotaLimit(9, MINUTE),
                        new QuotaLimit(5, MINUTE),
                        20_000,
                        MissingKeys.ADMIT,
                        Enforcement.ENFORCE));
        assertThat(admitted("anna", 9)).isEqualTo(3);
        assertThat(admitted("gold:1", 9)).isEqualTo(7);
        assertThat(admitted("Silver one:1", 9)).isEqualTo(5);

        change("max-clients=50", "enforcement=shadow", "missing-keys=refuse");
        assertThat(quota.settings().maxClients()).isEqualTo(50);
        assertThat(quota.tryAcquire("anna").shadowed()).isTrue();

        settings.rollback(2, "test");
        assertThat(quota.settings()).isEqualTo(built.missingKeys(MissingKeys.ADMIT));
    }

    @Test
    void change_ofOneSetting_leavesWhatCodeChanged() {
        quota.change(now -> now.limit(77, SECOND).clientClass("gold", 1, MINUTE));

        change("max-clients=50");

        assertThat(quota.settings().limit()).isEqualTo(new QuotaLimit(77, SECOND));
        assertThat(quota.settings().classes()).containsEntry("gold", new QuotaLimit(1, MINUTE));
    }

    @Test
    void limit_ofARouteThatIsInAGroup_isRefused() {
        InvalidSettingsException refused = catchThrowableOfType(
                InvalidSettingsException.class, () -> change("routes[GET /daily].limit=2", "limit=4"));

        assertThat(refused).hasMessageContaining("route 'GET /daily' is in group 'reports'");
        assertThat(quota.settings()).isEqualTo(built.missingKeys(MissingKeys.ADMIT));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "limit | 0 | a whole number between 1 and 1000000000",
                "limit | many | a whole number between 1 and",
                "period | 1ms | a duration between 10ms and",
                "period | 25h | a duration between 10ms and",
                "classes.gold.limit | 0 | a whole number between 1 and",
                "classes.silver.period | 1s | it has no effect unless loadline.guard.quota.classes.silver.limit is set",
                "routes.reports.limit | 0 | a whole number between 1 and",
                "routes.other.period | 1s | it has no effect unless loadline.guard.quota.routes.other.limit is set",
                "newcomers | -1 | a whole number between 1 and",
                "max-clients | 0 | a whole number between 1 and 10000000",
                "missing-keys | perhaps | one of share, admit, refuse",
                "enforcement | perhaps | one of off, shadow, enforce",
                "key | ip | no such setting"
            })
    void change_thatIsNotAllowed_leavesAllAsItWas(String key, String value, String allowed) {
        QuotaSettings before = quota.settings();

        InvalidSettingsException refused = catchThrowableOfType(
                InvalidSettingsException.class,
                () -> settings.change(Map.of(PREFIX + key, value, PREFIX + "classes.gold.period", "1m"), "bob"));

        assertThat(refused.problems()).hasSize(1);
        assertThat(refused.problems().get(0).key()).isEqualTo(PREFIX + key);
        assertThat(refused.problems().get(0).value()).isEqualTo(value);
        assertThat(refused).hasMessageContaining(allowed);
        assertThat(quota.settings()).isSameAs(before);
    }

    private void change(String... lines) {
        Map<String, String> texts = new HashMap<>();
        for (String each : List.of(lines)) {
            texts.put(PREFIX + each.substring(0, each.indexOf('=')), each.substring(each.indexOf('=') + 1));
        }
        settings.change(texts, "test");
    }

    private int admitted(String key, int requests) {
        int admitted = 0;
        for (int i = 0; i < requests; i++) {
            admitted += quota.tryAcquire(key).admitted() ? 1 : 0;
        }
        return admitted;
    }
}
