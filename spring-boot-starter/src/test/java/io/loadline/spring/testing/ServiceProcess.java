/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring.testing;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

/** An application in a JVM of its own, for signals. Not thread-safe. */
public final class ServiceProcess implements AutoCloseable {
    private static final String PORT = "listens on ";

    private final Process process;
    private final CompletableFuture<Integer> port = new CompletableFuture<>();
    private final CompletableFuture<String> output;

    private ServiceProcess(Process process) {
        this.process = process;
        this.output = CompletableFuture.supplyAsync(this::read);
    }

    /** What runs in the other JVM. */
    public static void main(String[] arguments) throws ClassNotFoundException {
        Server server = Server.valueOf(arguments[0]);
        List<String> settings = new ArrayList<>(List.of(
                server.argument(),
                "--server.port=0",
                "--spring.main.banner-mode=off",
                "--management.endpoint.health.probes.add-additional-paths=true",
                "--loadline.drain.settle-max=3s"));
        settings.addAll(Arrays.asList(arguments).subList(2, arguments.length));
        ConfigurableApplicationContext context = new SpringApplicationBuilder(Class.forName(arguments[1]))
                .web(server.type())
                .run(settings.toArray(String[]::new));
        System.out.println(PORT + context.getEnvironment().getProperty("local.server.port"));
    }

    static ServiceProcess start(Server server) {
        return start(server, HeldApplication.class);
    }

    static ServiceProcess start(Server server, Class<?> application, String... arguments) {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        String classPath = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        List<String> command = new ArrayList<>(List.of(
                java,
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-cp",
                classPath,
                ServiceProcess.class.getName(),
                server.name(),
                application.getName()));
        command.addAll(List.of(arguments));
        try {
            return new ServiceProcess(
                    new ProcessBuilder(command).redirectErrorStream(true).start());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    int port() {
        return port.orTimeout(60, TimeUnit.SECONDS).join();
    }

    /** Sends SIGTERM; by the handle, since the process itself would close its output, too. */
    void terminate() {
        boolean unused = process.toHandle().destroy();
    }

    int exitCode() {
        return process.onExit().orTimeout(30, TimeUnit.SECONDS).join().exitValue();
    }

    /** All it printed, once it has ended. */
    String output() {
        return output.orTimeout(30, TimeUnit.SECONDS).join();
    }

    @Override
    public void close() {
        Process unused = process.destroyForcibly();
    }

    private String read() {
        StringBuilder all = new StringBuilder();
        try (BufferedReader lines = process.inputReader()) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                all.append(line).append('\n');
                if (line.startsWith(PORT)) {
                    boolean unused = port.complete(Integer.parseInt(line.substring(PORT.length())));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        boolean unused = port.completeExceptionally(new IllegalStateException("no port: " + all));
        return all.toString();
    }
}
