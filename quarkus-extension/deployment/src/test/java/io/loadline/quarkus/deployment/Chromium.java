/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.quarkus.deployment;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** A window of the system's Chromium, by its own protocol. Thread-safe. */
final class Chromium implements AutoCloseable {
    /** All text of the page, that in shadow roots included. */
    private static final String TEXT = "(() => { let text = ''; const walk = node => {"
            + " if (node.shadowRoot) walk(node.shadowRoot);"
            + " for (const child of node.childNodes) {"
            + "  if (child.nodeType === 3) text += child.textContent + ' ';"
            + "  else if (child.nodeType === 1 && !['STYLE', 'SCRIPT'].includes(child.tagName)) walk(child); } };"
            + " walk(document.body); return text; })()";

    private static final Pattern LISTENS = Pattern.compile("DevTools listening on ws://([^/]+)/.*");
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final long PATIENCE_SECONDS = 30;

    private final HttpClient client = HttpClient.newHttpClient();
    private final Map<Integer, CompletableFuture<JsonNode>> calls = new ConcurrentHashMap<>();
    private final AtomicInteger ids = new AtomicInteger();
    private final Process process;
    private final WebSocket socket;

    /** Opens a window with a profile in {@code folder}. */
    Chromium(Path folder) throws IOException, InterruptedException {
        process = new ProcessBuilder(List.of(
                        executable().toString(),
                        "--headless=new",
                        "--no-sandbox",
                        "--disable-gpu",
                        "--disable-dev-shm-usage",
                        "--remote-debugging-port=0",
                        "--user-data-dir=" + folder,
                        "--window-size=1280,1400",
                        "about:blank"))
                .redirectErrorStream(true)
                .start();
        socket = client.newWebSocketBuilder()
                .buildAsync(URI.create(page(listens(process))), new Answers())
                .join();
    }

    /** Whether there is one. */
    static boolean isThere() {
        return Files.isExecutable(executable());
    }

    private static Path executable() {
        return Stream.of("/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome")
                .map(Path::of)
                .filter(Files::isExecutable)
                .findFirst()
                .orElse(Path.of("/usr/bin/chromium"));
    }

    private static String listens(Process process) throws IOException {
        // Not closed: what it says later would end it.
        BufferedReader output = process.inputReader();
        for (String line = output.readLine(); line != null; line = output.readLine()) {
            Matcher listens = LISTENS.matcher(line);
            if (listens.matches()) {
                return listens.group(1);
            }
        }
        throw new IllegalStateException("Chromium does not start");
    }

    private String page(String address) throws IOException, InterruptedException {
        HttpRequest list = HttpRequest.newBuilder(URI.create("http://" + address + "/json/list"))
                .build();
        JsonNode targets = JSON.readTree(
                client.send(list, HttpResponse.BodyHandlers.ofString()).body());
        for (JsonNode each : targets) {
            if (each.path("type").asText().equals("page")) {
                return each.path("webSocketDebuggerUrl").asText();
            }
        }
        throw new IllegalStateException("there is no window: " + targets);
    }

    void open(String url) {
        JsonNode unused = call("Page.navigate", JSON.createObjectNode().put("url", url));
    }

    String text() {
        return evaluate(TEXT).asText();
    }

    private JsonNode evaluate(String expression) {
        ObjectNode parameters =
                JSON.createObjectNode().put("expression", expression).put("returnByValue", true);
        return call("Runtime.evaluate", parameters).path("result").path("value");
    }

    void screenshot(Path file) throws IOException {
        String image = call("Page.captureScreenshot", JSON.createObjectNode())
                .path("data")
                .asText();
        Files.write(file, Base64.getDecoder().decode(image));
    }

    private JsonNode call(String method, ObjectNode parameters) {
        int id = ids.incrementAndGet();
        CompletableFuture<JsonNode> answer = new CompletableFuture<>();
        calls.put(id, answer);
        ObjectNode message = JSON.createObjectNode().put("id", id).put("method", method);
        message.set("params", parameters);
        WebSocket unused = socket.sendText(message.toString(), true).join();
        return answer.orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS).join();
    }

    @Override
    public void close() {
        socket.abort();
        process.destroy();
        process.onExit().orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS).join();
    }

    /** Takes answers to the calls that wait for them. Confined to the socket's thread. */
    private final class Answers implements WebSocket.Listener {
        private final StringBuilder parts = new StringBuilder();

        @Override
        public CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
            parts.append(data);
            if (last) {
                take(parts.toString());
                parts.setLength(0);
            }
            from.request(1);
            return null;
        }

        private void take(String text) {
            try {
                JsonNode message = JSON.readTree(text);
                CompletableFuture<JsonNode> call =
                        calls.remove(message.path("id").asInt());
                if (call != null) {
                    boolean unused = call.complete(message.path("result"));
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
