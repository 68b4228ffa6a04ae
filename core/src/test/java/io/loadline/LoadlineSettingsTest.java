/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.loadline.config.ConfigMap;
import io.loadline.config.InvalidSettingsException;
import io.loadline.config.Setting;
import io.loadline.config.SettingProblem;
import io.loadline.config.SettingSource;
import io.loadline.config.SettingsAuthorization;
import io.loadline.config.SettingsAuthorization.Decision;
import io.loadline.config.SettingsChange;
import io.loadline.guard.DependencyGuard;
import io.loadline.guard.IntakeSettings;
import io.loadline.guard.Quota;
import io.loadline.guard.QuotaLimit;
import io.loadline.limit.Enforcement;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/** Settings that change while the service runs: by a ConfigMap and over a socket. */
class LoadlineSettingsTest {
    private static final String TOKEN = "0123456789abcdef";
    private static final String FORM = "application/x-www-form-urlencoded";
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    private Path temp;

    private final HttpClient client = HttpClient.newHttpClient();
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private Loadline loadline;

    @AfterEach
    void close() {
        if (loadline != null) {
            loadline.close();
        }
    }

    @Test
    void configMap_thatIsSwapped_holdsWithinTwoSeconds() throws Exception {
        ConfigMap map = new ConfigMap(temp.resolve("mount"), Map.of("loadline.limit.enforcement", "shadow\n"));
        BlockingQueue<SettingsChange> told = new LinkedBlockingQueue<>();
        loadline = builder()
                .settings(settings -> settings.environment(Map.of()).watch(temp.resolve("mount")))
                .build();
        loadline.settings().listen(told::add);
        Loadline unused = loadline.start();
        assertThat(loadline.limiter().enforcement()).isEqualTo(Enforcement.SHADOW);
        assertThat(told.poll(10, TimeUnit.SECONDS)).isNotNull();

        map.change(Map.of("loadline.properties", "loadline.drain.deadline=12s\nloadline.limit.enforcement=off\n"));

        assertThat(told.poll(2, TimeUnit.SECONDS)).isNotNull();
        assertThat(loadline.limiter().enforcement()).isEqualTo(Enforcement.OFF);
        assertThat(loadline.drain().times().deadline()).isEqualTo(Duration.ofSeconds(12));
        assertThat(registry.get("loadline.settings.version").gauge().value()).isEqualTo(3);
        assertThat(registry.get("loadline.settings.changes")
                        .tag("result", "applied")
                        .functionCounter()
                        .count())
                .isEqualTo(2);
    }

    /** One directory of a fleet names what every part has, and one wrong value of one part refuses all of it. */
    @Test
    void configMap_thatNamesEveryPart_isAppliedAsAWhole() throws Exception {
        String files = """
                loadline.limit.max-streams=5
                loadline.drain.deadline=12s
                loadline.guard.quota.limit=3
                loadline.guard.quota.period=1m
                loadline.guard.dependencies.inventory.concurrency=6
                loadline.guard.dependencies.inventory.time-limit=2s
                loadline.guard.degradation.features.reviews.off-above=0.7
                loadline.guard.degradation.features.reviews.force=off
                loadline.guard.intake.pause-above=0.8
                """;
        ConfigMap map = new ConfigMap(temp.resolve("mount"), Map.of("loadline.properties", files));
        Quota quota = Quota.builder("api").limit(1, Duration.ofSeconds(1)).build();
        BlockingQueue<SettingsChange> told = new LinkedBlockingQueue<>();
        loadline = builder()
                .quota(quota)
                .guard("inventory", guard -> guard.concurrency(4))
                .degradation(features -> features.feature("reviews", 1.1))
                .settings(settings -> settings.environment(Map.of()).watch(temp.resolve("mount")))
                .build();
        loadline.settings().listen(told::add);
        assertThat(loadline.settings().current().all())
                .extracting(Setting::key, Setting::value)
                .contains(
                        tuple("loadline.guard.quota.limit", "1"),
                        tuple("loadline.guard.dependencies.inventory.concurrency", "4"));

        Loadline unused = loadline.start();

        assertThat(told.poll(10, TimeUnit.SECONDS).result()).isEqualTo(SettingsChange.Result.APPLIED);
        assertThat(quota.settings().limit()).isEqualTo(new QuotaLimit(3, Duration.ofMinutes(1)));
        DependencyGuard guard = loadline.guards().guard("inventory");
        assertThat(guard.concurrency()).isEqualTo(6);
        assertThat(guard.timeLimit()).isEqualTo(Duration.ofSeconds(2));
        assertThat(loadline.degradation().allows("reviews")).isFalse();
        assertThat(loadline.intake().settings()).isEqualTo(IntakeSettings.DEFAULT.pauseAbove(0.8));

        map.change(Map.of("loadline.properties", files.replace("=3", "=9").replace("=6", "=0")));

        SettingsChange refused = told.poll(10, TimeUnit.SECONDS);
        assertThat(refused.problems())
                .extracting(SettingProblem::key)
                .containsExactly("loadline.guard.dependencies.inventory.concurrency");
        assertThat(quota.settings().limit().permits()).isEqualTo(3);
    }

    @Test
    void environment_isReadUnlessToldOtherwise_andWrongOneStopsTheStart() {
        assertThatThrownBy(() -> builder()
                        .settings(settings -> settings.environment(Map.of("LOADLINE_DRAIN_QUIET", "never")))
                        .build())
                .isInstanceOf(InvalidSettingsException.class)
                .hasMessageContaining("loadline.drain.quiet = never: it must be a duration between 1ms and 60m");
    }

    @Test
    void write_withToken_changesAndTellsAll() throws Exception {
        writable();

        HttpResponse<String> written = post(
                TOKEN, FORM, "try it", "loadline.limit.enforcement=shadow&loadline.limit.routes%5BGET+/a%5D.cap=3");

        assertThat(written.statusCode()).isEqualTo(200);
        assertThat(loadline.limiter().enforcement()).isEqualTo(Enforcement.SHADOW);
        assertThat(loadline.limiter().limits().get("GET /a").cap()).isEqualTo(3);
        JsonNode read = JSON.readTree(get().body());
        assertThat(JSON.readTree(written.body()).get("settings")).isEqualTo(read.get("settings"));
        assertThat(read.get("version").asInt()).isEqualTo(2);
        assertThat(read.get("writable").asBoolean()).isTrue();
        JsonNode change = read.get("history").get(0);
        assertThat(change.get("who").asString()).isEqualTo("bearer of the token at 127.0.0.1: try it");
        assertThat(change.get("result").asString()).isEqualTo("applied");
        assertThat(change.get("changes").get(0).get("from").asString()).isEqualTo("enforce");
        JsonNode setting = read.get("settings")
                .valueStream()
                .filter(each -> each.get("key").asString().equals("loadline.limit.enforcement"))
                .findFirst()
                .orElseThrow();
        assertThat(setting.get("value").asString()).isEqualTo("shadow");
        assertThat(setting.get("source").asString()).isEqualTo("runtime");
        assertThat(setting.get("default").asString()).isEqualTo("enforce");
        assertThat(setting.get("allowed").asString()).isEqualTo("one of off, shadow, enforce");

        assertThat(post(TOKEN, FORM, "no", "rollback=1").statusCode()).isEqualTo(200);
        assertThat(loadline.limiter().enforcement()).isEqualTo(Enforcement.ENFORCE);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "0123456789abcdeX | application/x-www-form-urlencoded | why | loadline.limit.max=9 | 401",
                "0123456789abcde | application/x-www-form-urlencoded | why | loadline.limit.max=9 | 401",
                " | application/x-www-form-urlencoded | why | loadline.limit.max=9 | 401",
                "0123456789abcdef | application/x-www-form-urlencoded | | loadline.limit.max=9 | 403",
                "0123456789abcdef | text/plain | why | loadline.limit.max=9 | 415",
                "0123456789abcdef | application/json | why | {} | 415",
                "0123456789abcdef | | why | loadline.limit.max=9 | 415",
                "0123456789abcdef | application/x-www-form-urlencoded | why | loadline.limit.max | 400",
                "0123456789abcdef | application/x-www-form-urlencoded | why | a=1&a=2 | 400",
                "0123456789abcdef | application/x-www-form-urlencoded | why | %zz=1 | 400",
                "0123456789abcdef | application/x-www-form-urlencoded | why | loadline.limit.max=many | 422",
                "0123456789abcdef | application/x-www-form-urlencoded | why | rollback=77 | 422",
                "0123456789abcdef | application/x-www-form-urlencoded | why | rollback=x | 422",
                "0123456789abcdef | application/x-www-form-urlencoded | why | rollback=1&loadline.limit.max=9 | 422"
            })
    void write_thatIsWrong_changesNothing(String token, String type, String reason, String body, int status)
            throws Exception {
        writable();

        HttpResponse<String> refused = post(token, type, reason, body);

        assertThat(refused.statusCode()).isEqualTo(status);
        assertThat(refused.headers().firstValue("WWW-Authenticate").isPresent()).isEqualTo(status == 401);
        assertThat(JSON.readTree(refused.body()).get("status").asInt()).isEqualTo(status);
        assertThat(loadline.settings().current().version()).isEqualTo(1);
    }

    @Test
    void write_thatIsNotAllowed_saysWhatIs() throws Exception {
        writable();

        JsonNode problem = JSON.readTree(
                post(TOKEN, FORM, "why", "loadline.limit.max=many").body());

        JsonNode first = problem.get("problems").get(0);
        assertThat(first.get("key").asString()).isEqualTo("loadline.limit.max");
        assertThat(first.get("value").asString()).isEqualTo("many");
        assertThat(first.get("allowed").asString()).isEqualTo("it must be a whole number between 1 and 1048575");
    }

    @Test
    void write_thatIsTooLong_isRefused() throws Exception {
        writable();

        assertThat(post(TOKEN, FORM, "why", "a=" + "x".repeat(70_000)).statusCode())
                .isEqualTo(413);
        assertThat(get().statusCode()).isEqualTo(200);
    }

    @Test
    void write_withoutATokenFile_isRefusedUntilThereIsOne() throws Exception {
        writable();
        Files.delete(temp.resolve("token"));
        assertThat(post(TOKEN, FORM, "why", "loadline.limit.max=900").statusCode())
                .isEqualTo(401);
        Files.writeString(temp.resolve("token"), "short");
        assertThat(post("short", FORM, "why", "loadline.limit.max=900").statusCode())
                .isEqualTo(401);
        Files.writeString(temp.resolve("token"), TOKEN + "-new\n");

        assertThat(post(TOKEN + "-new", FORM, "why", "loadline.limit.max=900").statusCode())
                .isEqualTo(200);
    }

    @Test
    void write_bySomebodyWhoMayNot_isForbidden() throws Exception {
        start(builder()
                .settings(settings -> settings.environment(Map.of()).writable(header -> {
                    String user = header.apply("X-Forwarded-User");
                    if ("broken".equals(user)) {
                        throw new StackOverflowError();
                    }
                    return user == null
                            ? Decision.unknown()
                            : user.equals("admin") ? Decision.allowed(user) : Decision.forbidden(user);
                })));

        assertThat(postAs("guest").statusCode()).isEqualTo(403);
        assertThat(postAs("broken").statusCode()).isEqualTo(401);
        assertThat(postAs("admin").statusCode()).isEqualTo(200);
        assertThat(loadline.settings().history().get(0).who()).isEqualTo("admin at 127.0.0.1: why");
        assertThat(loadline.settings().history().get(0).source()).isEqualTo(SettingSource.RUNTIME);
    }

    @Test
    void write_isOffUnlessSwitchedOn() throws Exception {
        start(builder().settings(settings -> settings.environment(Map.of())));

        HttpResponse<String> refused = post(TOKEN, FORM, "why", "loadline.limit.enforcement=off");

        assertThat(refused.statusCode()).isEqualTo(405);
        assertThat(refused.headers().firstValue("Allow")).hasValue("GET, HEAD");
        assertThat(JSON.readTree(get().body()).get("writable").asBoolean()).isFalse();
        assertThat(loadline.limiter().enforcement()).isEqualTo(Enforcement.ENFORCE);
    }

    @Test
    void bearer_comparesTheWholeToken() throws IOException {
        Path file = temp.resolve("token");
        Files.writeString(file, "\n" + TOKEN + "\r\n");
        SettingsAuthorization bearer = SettingsAuthorization.bearer(file);

        assertThat(bearer.authorize(name -> "bearer  " + TOKEN).allowed()).isTrue();
        assertThat(bearer.authorize(name -> TOKEN).allowed()).isFalse();
        assertThat(bearer.authorize(name -> "Bearer " + TOKEN + TOKEN).allowed())
                .isFalse();
        assertThat(bearer.authorize(name -> "Bearer ").allowed()).isFalse();
        assertThat(bearer.authorize(name -> "Basic " + TOKEN).allowed()).isFalse();
        Files.writeString(file, "x".repeat(100_000));
        assertThat(bearer.authorize(name -> "Bearer " + "x".repeat(100_000)).allowed())
                .isFalse();
    }

    private void writable() throws IOException {
        Files.writeString(temp.resolve("token"), TOKEN + "\n");
        start(builder().settings(settings -> settings.environment(Map.of()).writable(temp.resolve("token"))));
    }

    private void start(Loadline.Builder builder) {
        loadline = builder.managementPort(0).managementHost("127.0.0.1").build().start();
    }

    private Loadline.Builder builder() {
        return Loadline.builder("shop").meterRegistry(registry);
    }

    private HttpResponse<String> get() throws Exception {
        return client.send(HttpRequest.newBuilder(uri()).build(), BodyHandlers.ofString());
    }

    private HttpResponse<String> post(String token, String type, String reason, String body) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(uri()).POST(BodyPublishers.ofString(body));
        if (token != null) {
            request.header("Authorization", "Bearer " + token);
        }
        if (type != null) {
            request.header("Content-Type", type);
        }
        if (reason != null) {
            request.header("Loadline-Reason", reason);
        }
        return client.send(request.build(), BodyHandlers.ofString());
    }

    private HttpResponse<String> postAs(String user) throws Exception {
        return client.send(
                HttpRequest.newBuilder(uri())
                        .header("X-Forwarded-User", user)
                        .header("Content-Type", FORM + "; charset=utf-8")
                        .header("Loadline-Reason", "why")
                        .POST(BodyPublishers.ofString("loadline.limit.max-streams=" + user.length()))
                        .build(),
                BodyHandlers.ofString());
    }

    private URI uri() {
        return URI.create("http://127.0.0.1:" + loadline.managementPort() + "/loadline/settings");
    }
}
