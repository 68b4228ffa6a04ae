/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.loadline.config.SettingSource;
import io.loadline.config.SettingsChange;
import io.loadline.guard.Quota;
import io.loadline.limit.Enforcement;
import io.loadline.testing.Wire;
import io.loadline.testing.Wire.Answer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/** What holds on every server for settings that change while the service runs. */
public abstract class SettingsContract {
    private static final String PATH = "/actuator/loadline/settings";
    private static final String UNRESTRICTED = "management.endpoint.loadline.access=unrestricted";

    private final ObjectMapper json = new ObjectMapper();
    private final Server server;
    private Service service;

    @TempDir
    private Path mount;

    protected SettingsContract(Server server) {
        this.server = server;
    }

    @AfterEach
    void stop() {
        service.close();
    }

    @Test
    void files_changeWhatThePropertiesSaid() throws IOException {
        start("loadline.settings.watch=" + mount, "loadline.limit.enforcement=shadow");
        assertThat(enforcement()).isEqualTo(Enforcement.SHADOW);

        Path temporary = Files.writeString(mount.resolve("new"), "loadline.limit.enforcement=off\n");
        Files.move(temporary, mount.resolve("loadline.properties"));

        await().atMost(Duration.ofSeconds(2)).until(() -> enforcement() == Enforcement.OFF);
        Files.delete(mount.resolve("loadline.properties"));
        await().atMost(Duration.ofSeconds(2)).until(() -> enforcement() == Enforcement.SHADOW);
    }

    /** By the names of the properties, which are what holds to begin with. */
    @Test
    void write_changesWhatSurroundsACall() {
        start(
                UNRESTRICTED,
                "loadline.guard.quota.limit=1000",
                "loadline.guard.quota.classes.gold.limit=5000",
                "loadline.guard.dependencies.inventory.time-limit=3s",
                "loadline.guard.degradation.features.reviews.off-above=0.9",
                "loadline.guard.intake.pause-above=1.5");
        assertThat(value("loadline.guard.quota.classes.gold.limit")).isEqualTo("5000");
        assertThat(value("loadline.guard.dependencies.inventory.time-limit")).isEqualTo("3s");
        assertThat(value("loadline.guard.degradation.features.reviews.off-above"))
                .isEqualTo("0.9");
        assertThat(value("loadline.guard.intake.pause-above")).isEqualTo("1.5");

        Answer changed = post("{\"reason\": \"a try\", \"change\": \""
                + "loadline.guard.quota.classes.gold.limit=7\\n"
                + "loadline.guard.dependencies.inventory.time-limit=2s\\n"
                + "loadline.guard.degradation.features.reviews.force=off\\n"
                + "loadline.guard.intake.pause-above=1.4\"}");

        assertThat(changed.status()).as(changed.body()).isEqualTo(200);
        assertThat(value("loadline.guard.quota.classes.gold.limit")).isEqualTo("7");
        assertThat(service.bean(Quota.class).settings().classes().get("gold").permits())
                .isEqualTo(7);
        assertThat(service.loadline().guards().guard("inventory").timeLimit()).isEqualTo(Duration.ofSeconds(2));
        assertThat(service.loadline().degradation().allows("reviews")).isFalse();
        assertThat(service.loadline().intake().settings().pauseAbove()).isEqualTo(1.4);
    }

    @Test
    void write_isOffUnlessAccessIsUnrestricted() {
        start();

        assertThat(post("{\"change\": \"loadline.limit.enforcement=off\"}").status())
                .isEqualTo(405);
        assertThat(enforcement()).isEqualTo(Enforcement.ENFORCE);
        Answer read = Wire.get(service.port(), PATH);
        assertThat(read.status()).isEqualTo(200);
        assertThat(json.readTree(read.body()).get("writable").asBoolean()).isFalse();
    }

    @Test
    void write_changesAllOrNothing() {
        start(UNRESTRICTED);

        Answer changed = post(
                "{\"change\": \"loadline.limit.enforcement=off\\nloadline.limit.initial=7\", \"reason\": \"a try\"}");

        assertThat(changed.status()).as(changed.body()).isEqualTo(200);
        assertThat(changed.header("content-type")).isEqualTo("application/json");
        assertThat(json.readTree(changed.body()).get("writable").asBoolean()).isTrue();
        assertThat(json.readTree(Wire.get(service.port(), "/loadline/settings").body())
                        .get("writable")
                        .asBoolean())
                .as("which is for reading only")
                .isFalse();
        assertThat(enforcement()).isEqualTo(Enforcement.OFF);
        assertThat(service.loadline().limiter().limit()).isEqualTo(7);
        SettingsChange told = service.loadline().settings().history().get(0);
        assertThat(told.who()).isEqualTo("actuator: a try");
        assertThat(told.source()).isEqualTo(SettingSource.RUNTIME);

        Answer refused = post(
                "{\"reason\": \"a try\", \"change\": \"loadline.limit.enforcement=shadow\\nloadline.limit.initial=0\"}");
        assertThat(refused.status()).isEqualTo(422);
        JsonNode problem = json.readTree(refused.body()).get("problems").get(0);
        assertThat(problem.get("key").asString()).isEqualTo("loadline.limit.initial");
        assertThat(enforcement()).isEqualTo(Enforcement.OFF);

        assertThat(post("{\"reason\": \"a try\", \"rollback\": 1}").status()).isEqualTo(200);
        assertThat(enforcement()).isEqualTo(Enforcement.ENFORCE);
        assertThat(service.loadline().limiter().limit()).isEqualTo(10);
        assertThat(post("{\"reason\": \"a try\", \"rollback\": 99}").status()).isEqualTo(422);
        assertThat(post("{\"reason\": \"a try\"}").status()).isEqualTo(422);
        Answer unreasoned = post("{\"change\": \"loadline.limit.enforcement=shadow\"}");
        assertThat(unreasoned.status()).isEqualTo(422);
        assertThat(json.readTree(unreasoned.body())
                        .get("problems")
                        .get(0)
                        .get("key")
                        .asString())
                .isEqualTo("reason");
        assertThat(enforcement()).isEqualTo(Enforcement.ENFORCE);
        assertThat(post("{\"reason\": \"a try\", \"rollback\": 1, \"change\": \"\"}")
                        .status())
                .isEqualTo(422);
        assertThat(post("{\"reason\": \"a try\", \"change\": \"loadline.limit.enforcement=\"}")
                        .status())
                .isEqualTo(200);
    }

    /** As a page of another site could send it. */
    @Test
    void write_asAForm_isRefused() {
        start(UNRESTRICTED);

        assertThat(post("rollback=1", "application/x-www-form-urlencoded").status())
                .isEqualTo(415);
    }

    private void start(String... properties) {
        service = Service.start(HeldApplication.class, server, properties);
    }

    private String value(String key) {
        return json.readTree(Wire.get(service.port(), PATH).body())
                .get("settings")
                .valueStream()
                .filter(each -> each.get("key").asString().equals(key))
                .map(each -> each.get("value").asString())
                .findFirst()
                .orElseThrow();
    }

    private Enforcement enforcement() {
        return service.loadline().limiter().enforcement();
    }

    private Answer post(String body) {
        return post(body, "application/json");
    }

    private Answer post(String body, String type) {
        int length = body.getBytes(StandardCharsets.ISO_8859_1).length;
        try (Wire wire = new Wire(service.port())) {
            return wire.send("POST", PATH, "Content-Type: " + type, "Content-Length: " + length)
                    .raw(body)
                    .read("POST");
        }
    }
}
