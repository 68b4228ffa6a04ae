/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.testing;

import static org.awaitility.Awaitility.await;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A packaged sample in a JVM of its own, on free ports. Confined to the test's thread. */
public final class SampleProcess implements AutoCloseable {
    private static final Pattern PORT =
            Pattern.compile("(?:started on port |[Ll]istening on:? http://[^\\s:]+:)(\\d+)");
    private static final long PATIENCE_SECONDS = 120;

    private final Process process;
    private final List<Integer> ports;

    private SampleProcess(Process process, List<Integer> ports) {
        this.process = process;
        this.ports = ports;
    }

    /** Starts the service that the system property {@code sample.jar} names, and returns when it has logged {@code lastLine}. */
    public static SampleProcess start(Map<String, String> environment, String lastLine) throws Exception {
        return start(Path.of(System.getProperty("sample.jar")), List.of(), environment, lastLine);
    }

    /**
     * Starts the service in {@code jar} and returns when it has logged {@code lastLine}.
     *
     * @param options of its JVM
     */
    public static SampleProcess start(Path jar, List<String> options, Map<String, String> environment, String lastLine)
            throws Exception {
        Process process = process(jar, options, environment);
        CompletableFuture<List<Integer>> ports = new CompletableFuture<>();
        Thread reader = new Thread(() -> read(process, lastLine, ports), "service-output");
        reader.setDaemon(true);
        reader.start();
        try {
            return new SampleProcess(process, ports.get(PATIENCE_SECONDS, TimeUnit.SECONDS));
        } catch (Exception e) {
            process.destroyForcibly();
            throw e;
        }
    }

    /** Runs a service that is not going to start, until it has ended. */
    public static Ended run(Path jar, List<String> options, Map<String, String> environment) throws Exception {
        return ended(process(jar, options, environment));
    }

    /** Has a jar of Spring Boot unpack itself, and returns the one to start from {@code folder}. */
    public static Path unpack(Path jar, Path folder) {
        try {
            Ended unpacked = ended(new ProcessBuilder(
                            java(),
                            "-Djarmode=tools",
                            "-jar",
                            jar.toString(),
                            "extract",
                            "--force",
                            "--destination",
                            folder.toString())
                    .redirectErrorStream(true)
                    .start());
            if (unpacked.exitCode() != 0) {
                throw new IllegalStateException(unpacked.output());
            }
            return folder.resolve(jar.getFileName());
        } catch (Exception e) {
            throw new IllegalStateException("not unpacked: " + jar, e);
        }
    }

    private static Ended ended(Process process) throws Exception {
        try {
            String output =
                    CompletableFuture.supplyAsync(() -> readAll(process)).get(PATIENCE_SECONDS, TimeUnit.SECONDS);
            return new Ended(
                    process.onExit().get(PATIENCE_SECONDS, TimeUnit.SECONDS).exitValue(), output);
        } finally {
            process.destroyForcibly();
        }
    }

    private static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }

    private static Process process(Path jar, List<String> options, Map<String, String> environment) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(java());
        // It lives for seconds: C2 and a collector with threads of its own would only delay it.
        command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
        command.addAll(options);
        command.addAll(List.of("-jar", jar.toString()));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        // What the caller has set for himself must not decide.
        builder.environment().keySet().removeIf(name -> name.matches("(LOADLINE|SPRING|QUARKUS|SERVER)(_.*)?"));
        builder.environment().putAll(environment);
        builder.environment().putAll(Map.of("PORT", "0", "MANAGEMENT_PORT", "0"));
        return builder.start();
    }

    private static String readAll(Process process) {
        try {
            return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Reads to the end, so that the service never waits for a full pipe. */
    private static void read(Process process, String lastLine, CompletableFuture<List<Integer>> started) {
        List<Integer> ports = new ArrayList<>();
        StringBuilder output = new StringBuilder();
        try (BufferedReader reader = process.inputReader()) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                output.append(line).append('\n');
                Matcher matcher = PORT.matcher(line);
                while (matcher.find()) {
                    ports.add(Integer.valueOf(matcher.group(1)));
                }
                if (line.contains(lastLine)) {
                    started.complete(List.copyOf(ports));
                }
            }
            started.completeExceptionally(new IOException("The service ended:\n" + output));
        } catch (IOException e) {
            started.completeExceptionally(e);
        }
    }

    /** Returns when the service says that it is ready. */
    public void awaitReady() {
        HttpClient client = HttpClient.newHttpClient();
        HttpRequest probe = HttpRequest.newBuilder(URI.create("http://localhost:" + port() + "/readyz"))
                .version(HttpClient.Version.HTTP_1_1)
                .build();
        await().atMost(Duration.ofSeconds(PATIENCE_SECONDS))
                .until(() -> client.send(probe, BodyHandlers.discarding()).statusCode() == 200);
    }

    /** Of the service. */
    public int port() {
        return ports.get(0);
    }

    /** Of the actuator, or of the management endpoint. */
    public int managementPort() {
        return ports.get(1);
    }

    /** Sends SIGTERM and returns the exit code. */
    public int terminate() throws InterruptedException {
        signal();
        return awaitExit();
    }

    /** Sends SIGTERM and returns at once. */
    public void signal() {
        process.destroy();
    }

    /** Waits for the end and returns the exit code. */
    public int awaitExit() throws InterruptedException {
        if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
            throw new IllegalStateException("The service still runs " + PATIENCE_SECONDS + " s after SIGTERM");
        }
        return process.exitValue();
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }

    /**
     * What became of a service that did not start.
     *
     * @param output all that it printed
     */
    public record Ended(int exitCode, String output) {}
}
