/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.quarkus.deployment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.loadline.testing.Ports;
import io.loadline.testing.Wire;
import io.quarkus.test.QuarkusDevModeTest;
import java.lang.management.ManagementFactory;
import java.lang.reflect.Field;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.management.JMException;
import javax.management.ObjectName;
import org.jboss.shrinkwrap.api.asset.StringAsset;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** In dev mode nothing is left of what was before a reload, nothing waits, and the Dev UI tells and changes what there is. */
class DevModeTest {
    private static final int PORT = Ports.free();
    private static final int RELOADS = 10;
    private static final String NAMESPACE = "loadline-quarkus";

    private static final Pattern OBJECTS =
            Pattern.compile("\\s*\\d+:\\s+(\\d+)\\s+\\d+\\s+io\\.loadline\\.Loadline(\\s.*)?");

    /** Longer than the test may take. */
    private static final String DEADLINE = "10m";

    /** Services that are none of this test. */
    private static long others;

    @RegisterExtension
    static final QuarkusDevModeTest SERVICE = new QuarkusDevModeTest()
            .withApplicationRoot(jar -> jar.addClasses(ReloadedResource.class)
                    .addAsResource(
                            new StringAsset("quarkus.http.port=" + PORT + "\nquarkus.http.host=localhost\n"
                                    + "quarkus.loadline.drain.deadline=" + DEADLINE
                                    + "\nquarkus.loadline.drain.quiet=5m\nquarkus.loadline.drain.settle-max=5m\n"),
                            "application.properties"));

    @Test
    @Timeout(value = 5, unit = TimeUnit.MINUTES)
    void reloads_leaveNothingBehind() throws Exception {
        assertThat(get("/version")).isEqualTo("version 0");
        awaitOneHeartbeat();
        Map<String, Long> meters = allMeters();
        long hooks = hooks();
        awaitOneService();
        for (int reload = 1; reload <= RELOADS; reload++) {
            int version = reload;
            SERVICE.modifySourceFile(
                    ReloadedResource.class,
                    source -> source.replace("\"version " + (version - 1) + "\"", "\"version " + version + "\""));
            assertThat(get("/version")).isEqualTo("version " + version);
        }
        awaitOneHeartbeat();
        await().untilAsserted(() -> assertThat(meters()).isEqualTo(meters).isNotEmpty());
        assertThat(hooks()).isEqualTo(hooks);
        awaitOneService();
    }

    /** What the last test before this one had stays in memory until another one of its kind begins. */
    @BeforeAll
    static void countOthers() throws JMException {
        others = services();
    }

    /** One that was made to look at the settings is garbage by then, and so are those of reloads. */
    private static void awaitOneService() {
        await().untilAsserted(() -> assertThat(services()).isBetween(1L, others + 1));
    }

    /** Of one start, since each takes seconds; the picture in the documentation is one of the page. */
    @TestFactory
    Stream<DynamicTest> devUi(@TempDir Path folder) {
        return Stream.of(
                dynamicTest("page_showsWhatThereIs", () -> page_showsWhatThereIs(folder)),
                dynamicTest("devUi_tellsAndChangesWhatThereIs", DevModeTest::devUi_tellsAndChangesWhatThereIs));
    }

    private static void devUi_tellsAndChangesWhatThereIs() {
        assertThat(get("/version")).isEqualTo("version 0");
        assertThat(get("/q/dev-ui/" + NAMESPACE + "/qwc-loadline.js")).contains("qwc-loadline");
        assertThat(call("status", "{}")).contains("explanation");
        assertThat(call("startup", "{}")).contains("stages");
        assertThat(call("memory", "{}")).contains("reading");
        assertThat(call("advice", "{}")).contains("checklist");
        assertThat(call("label", "{}")).contains(" of ");
        assertThat(call("change", "{\"key\":\"loadline.limit.max\",\"value\":\"0\"}"))
                .contains("loadline.limit.max");
        assertThat(call("change", "{\"key\":\"loadline.limit.max\",\"value\":\"77\"}"))
                .doesNotContain("loadline.limit.max");
        assertThat(call("settings", "{}")).contains("77");
    }

    private static void page_showsWhatThereIs(Path folder) throws Exception {
        assumeThat(Chromium.isThere()).isTrue();
        assertThat(get("/version")).isEqualTo("version 0");
        try (Chromium window = new Chromium(folder)) {
            window.open("http://localhost:" + PORT + "/q/dev-ui/" + NAMESPACE + "/load");
            await().untilAsserted(() -> assertThat(window.text())
                    .contains("READY", "bottleneck", "no stages", "Does memory stabilise", "loadline.limit.max"));
            window.screenshot(Path.of("target/dev-ui.png"));
        }
        assertThat(Path.of("target/dev-ui.png")).isNotEmptyFile();
    }

    private static String get(String path) {
        return Wire.get(PORT, path).body();
    }

    /** What the page calls, the way it does. */
    private static String call(String method, String parameters) {
        Answer answer = new Answer();
        WebSocket socket = HttpClient.newHttpClient()
                .newWebSocketBuilder()
                .buildAsync(URI.create("ws://localhost:" + PORT + "/q/dev-ui/json-rpc-ws"), answer)
                .join();
        WebSocket unused = socket.sendText(
                        "{\"jsonrpc\":\"2.0\",\"id\":4711,\"method\":\"" + NAMESPACE + "_" + method + "\",\"params\":"
                                + parameters + "}",
                        true)
                .join();
        String text = answer.text.orTimeout(20, TimeUnit.SECONDS).join();
        socket.abort();
        return text;
    }

    /** The thread of the service that runs, those it asks resources with, which come and go, and no other of Loadline's. */
    private static void awaitOneHeartbeat() {
        await().untilAsserted(() -> {
            Map<Boolean, List<String>> threads = Thread.getAllStackTraces().keySet().stream()
                    .map(Thread::getName)
                    .filter(name -> name.startsWith("loadline"))
                    .collect(Collectors.partitioningBy(name -> name.equals("loadline-saturation")));
            assertThat(threads.get(false)).containsExactly("loadline");
            assertThat(threads.get(true)).hasSizeLessThan(RELOADS);
        });
    }

    /** The same once there are those that come with the first measurements, and no more come. */
    private static Map<String, Long> allMeters() {
        AtomicReference<Map<String, Long>> last = new AtomicReference<>(Map.of());
        await().until(() -> {
            Map<String, Long> now = meters();
            return now.equals(last.getAndSet(now))
                    && Stream.of(
                                    "saturation{resource=\"event_loop\"",
                                    "workload_demand_calls{",
                                    "route=\"GET /version\"")
                            .allMatch(part -> now.keySet().stream().anyMatch(name -> name.contains(part)));
        });
        return last.get();
    }

    /** How often each meter of Loadline is published. */
    private static Map<String, Long> meters() {
        return get("/q/metrics")
                .lines()
                .filter(line -> line.startsWith("loadline_"))
                .map(line -> line.substring(0, line.lastIndexOf(' ')))
                .collect(Collectors.groupingBy(line -> line, Collectors.counting()));
    }

    /** Hooks of the virtual machine. */
    private static long hooks() throws ReflectiveOperationException {
        Field field = Class.forName("java.lang.ApplicationShutdownHooks").getDeclaredField("hooks");
        field.setAccessible(true);
        return ((Map<?, ?>) field.get(null)).size();
    }

    /** How many services there are in memory, after a collection. */
    private static long services() throws JMException {
        Object histogram = ManagementFactory.getPlatformMBeanServer()
                .invoke(
                        new ObjectName("com.sun.management:type=DiagnosticCommand"),
                        "gcClassHistogram",
                        new Object[] {new String[0]},
                        new String[] {String[].class.getName()});
        return String.valueOf(histogram)
                .lines()
                .map(OBJECTS::matcher)
                .filter(Matcher::matches)
                .mapToLong(line -> Long.parseLong(line.group(1)))
                .sum();
    }

    /** The first answer to the call. */
    private static final class Answer implements WebSocket.Listener {
        private final CompletableFuture<String> text = new CompletableFuture<>();
        private final StringBuilder parts = new StringBuilder();

        @Override
        public CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
            parts.append(data);
            if (last) {
                String whole = parts.toString();
                parts.setLength(0);
                if (whole.contains("4711")) {
                    boolean unused = text.complete(whole);
                }
            }
            socket.request(1);
            return null;
        }
    }
}
