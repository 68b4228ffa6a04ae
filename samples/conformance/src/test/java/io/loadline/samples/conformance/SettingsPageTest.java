/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.samples.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.loadline.Loadline;
import io.loadline.config.Setting;
import io.loadline.guard.FeatureThresholds;
import io.loadline.guard.Quota;
import io.loadline.limit.ConcurrencyLimiter;
import io.loadline.limit.FixedLimit;
import io.loadline.limit.RouteLimits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * {@code docs/settings.md} has the settings of both frameworks side by side, made of what their builds tell. To write it anew:
 * {@code mvn test -pl samples/conformance -am -Dtest=SettingsPageTest -Dsurefire.failIfNoSpecifiedTests=false
 * -Dloadline.write-docs=true}
 */
class SettingsPageTest {
    private static final Path PAGE = Path.of("../../docs/settings.md");
    private static final String BEGIN = "<!-- written by SettingsPageTest -->\n";
    private static final String SPRING_BOOT = "Spring Boot";
    private static final String QUARKUS = "Quarkus";

    private static SortedMap<String, Described> springBoot;
    private static SortedMap<String, Described> quarkus;
    private static SortedSet<String> names;
    private static Set<String> live;

    @BeforeAll
    static void read() throws IOException {
        springBoot = SettingsMetadata.ofSpringBoot();
        quarkus = SettingsMetadata.ofQuarkus();
        names = new TreeSet<>(springBoot.keySet());
        names.addAll(quarkus.keySet());
        live = live();
    }

    @Test
    void page_hasTheTablesOfAllSettings() throws IOException {
        String page = Files.readString(PAGE);
        String written = page.substring(0, page.indexOf(BEGIN) + BEGIN.length()) + tables();
        if (Boolean.getBoolean("loadline.write-docs")) {
            Path unused = Files.writeString(PAGE, written);
        }
        assertThat(Files.readString(PAGE)).isEqualTo(written);
    }

    @Test
    void setting_isInBoth_orSaysWhyNot() {
        assertThat(names).allSatisfy(name -> {
            String only = only(name);
            assertThat(OnlyThere.of(name).map(OnlyThere::framework).orElse("")).isEqualTo(only);
        });
        assertThat(OnlyThere.values())
                .allSatisfy(each -> assertThat(names)
                        .anySatisfy(name -> assertThat(OnlyThere.of(name)).contains(each)));
    }

    @Test
    void defaults_areTheSame() {
        assertThat(names)
                .filteredOn(name -> only(name).isEmpty())
                .filteredOn(name -> !Described.same(
                        springBoot.get(name).standard(), quarkus.get(name).standard()))
                .as("each framework has its own property for the name of an application")
                .containsExactly("name");
    }

    /** But for {@code guard.degradation.features.NAME.force}, which nobody sets before there is a need. */
    @Test
    void settingThatChanges_isOneOfTheStart() {
        assertThat(names).containsAll(live);
        assertThat(live)
                .containsAll(Surface.SETTINGS.all().stream()
                        .map(SettingsPageTest::anyName)
                        .toList());
    }

    /** All that Loadline lets change while it runs, of a limit that moves and of one that does not. */
    private static Set<String> live() {
        Set<String> all = new TreeSet<>();
        RouteLimits limits = RouteLimits.NONE.share(0.1);
        try (Loadline adaptive = everything(limiter -> limiter.limits("any-name", limits.cap(3), "GET /a"));
                Loadline fixed = everything(limiter ->
                        limiter.algorithm(() -> FixedLimit.of(9)).limits("any-name", limits.capShare(0.5), "GET /a"))) {
            Stream.of(adaptive, fixed)
                    .flatMap(each -> each.settings().current().all().stream())
                    .map(Setting::key)
                    .map(SettingsPageTest::anyName)
                    .forEach(all::add);
        }
        return all;
    }

    /** With a value for whatever is told only if it has one. */
    private static Loadline everything(Consumer<ConcurrencyLimiter.Builder> limiter) {
        Duration second = Duration.ofSeconds(1);
        Duration minute = Duration.ofMinutes(1);
        return Loadline.builder("everything")
                .limiter(limiter)
                .guard("any-name", guard -> guard.concurrency(4))
                .quota(Quota.builder("http")
                        .limit(1, second)
                        .clientClass("any-name", 9, minute)
                        .route("any-name", 1, minute, "GET /a")
                        .build())
                .degradation(degradation -> degradation.feature("any-name", new FeatureThresholds(0.9, 0.5)))
                .settings(settings -> settings.environment(Map.of()))
                .build();
    }

    private static String anyName(String key) {
        return key.replaceFirst("^loadline\\.", "")
                .replaceFirst("\\[[^]]*]", ".NAME")
                .replace(".any-name.", ".NAME.");
    }

    private static String only(String name) {
        if (!springBoot.containsKey(name)) {
            return QUARKUS;
        }
        return quarkus.containsKey(name) ? "" : SPRING_BOOT;
    }

    private static String tables() {
        StringBuilder text = new StringBuilder();
        for (Section section : Section.values()) {
            text.append("\n### ").append(section.title).append("\n\n");
            text.append("| name | default | | live | only in |\n|---|---|---|---|---|\n");
            names.stream().filter(name -> Section.of(name) == section).forEach(name -> text.append(row(name)));
        }
        return text.toString();
    }

    private static String row(String name) {
        Described spring = springBoot.get(name);
        Described other = quarkus.get(name);
        Described one = spring == null ? other : spring;
        boolean both = spring != null && other != null;
        String standard = both ? both(spring.standard(), "; in Quarkus ", other.standard()) : one.standard();
        String text = both ? both(spring.text(), " In Quarkus: ", other.text()) : one.text();
        String changes = live.contains(name) ? "yes" : "";
        String where = OnlyThere.of(name)
                .map(each -> each.framework() + ": " + each.reason())
                .orElse("");
        return "| `%s` | %s | %s | %s | %s |\n".formatted(name, standard, text, changes, where);
    }

    /** One for both if they say the same: that of Quarkus, whose comments are Markdown already. */
    private static String both(String spring, String or, String other) {
        return Described.same(spring, other) ? other : spring + or + other;
    }

    /** By the beginning of names, in the order of the page. */
    private enum Section {
        ALL("All of it"),
        LIMIT("The [limit](limiter.md), [criticality](criticality.md), [routes](routes.md), [waiting](waiting.md)"),
        GUARD("[Guards](guards.md): quotas, dependencies, optional features, messages"),
        DRAIN("The [drain](drain.md)"),
        STARTUP("The [start](startup.md)"),
        MEMORY("[Memory](memory.md)"),
        SIGNAL("The [signal](signals.md), [queues](signals-queues.md)"),
        SLO("What is [promised](limiter.md#what-is-promised)"),
        ORCA("[Load reports](signals-orca.md)"),
        OBSERVATION("[Traces](traces.md)"),
        SETTINGS("Settings"),
        HEALTH("Health");

        private final String title;

        Section(String title) {
            this.title = title;
        }

        static Section of(String name) {
            int dot = name.indexOf('.');
            return dot < 0 ? ALL : valueOf(name.substring(0, dot).toUpperCase(Locale.ROOT));
        }
    }
}
