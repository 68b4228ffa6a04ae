/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.harness;

import io.loadline.testing.Ports;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A service run from its packaged jar as a child process. Thread-safe.
 *
 * <p>The child is killed when this JVM ends.
 */
public final class ServiceProcess implements AutoCloseable {
    private final Process process;
    private final int port;
    private final int statusPort;
    private final Path log;
    private final long startedNanos;

    private ServiceProcess(Process process, int port, int statusPort, Path log, long startedNanos) {
        this.process = process;
        this.port = port;
        this.statusPort = statusPort;
        this.log = log;
        this.startedNanos = startedNanos;
    }

    /** Starts a description of the service in {@code jar}, whose output goes to {@code log}. */
    public static Builder builder(Path jar, Path log) {
        return new Builder(jar, log);
    }

    public int port() {
        return port;
    }

    /** Where {@code /loadline} is: the management port, if it has one of its own. The probes are on both. */
    public int statusPort() {
        return statusPort;
    }

    public long pid() {
        return process.pid();
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    public Path log() {
        return log;
    }

    /** Anonymous memory of the process; 0 if it has ended. */
    public long anonymousBytes() {
        try {
            for (String line : Files.readAllLines(Path.of("/proc/" + pid() + "/status"))) {
                if (line.startsWith("RssAnon:")) {
                    return Long.parseLong(line.replaceAll("\\D", "")) * 1024;
                }
            }
        } catch (IOException gone) {
            return 0;
        }
        return 0; // a zombie
    }

    /**
     * Waits until {@code /readyz} answers 200, and returns how long that took since the start.
     *
     * @throws IllegalStateException if it does not within {@code timeout} of this call, or the process has ended; the
     *     message carries the end of its log
     */
    public Duration awaitReady(Duration timeout) throws InterruptedException {
        long deadlineNanos = System.nanoTime() + timeout.toNanos();
        while (true) {
            Probe.Answer answer = Probe.get(port, "/readyz", Duration.ofSeconds(1));
            if (answer != null && answer.status() == 200) {
                return Duration.ofNanos(System.nanoTime() - startedNanos);
            }
            if (!process.isAlive()) {
                throw new IllegalStateException("exited with " + process.exitValue() + " before it was ready" + tail());
            }
            if (System.nanoTime() - deadlineNanos >= 0) {
                throw new IllegalStateException("not ready within " + timeout.toSeconds() + " s" + tail());
            }
            TimeUnit.MILLISECONDS.sleep(50);
        }
    }

    /** Sends SIGTERM and returns at once. */
    public void terminate() {
        process.destroy();
    }

    /**
     * Waits for the process to end and returns its exit code (143 after SIGTERM).
     *
     * @throws IllegalStateException if it does not end in time; it is then killed
     */
    public int awaitExit(Duration timeout) throws InterruptedException {
        if (!process.waitFor(timeout.toMillis(), TimeUnit.MILLISECONDS)) {
            process.destroyForcibly().waitFor();
            throw new IllegalStateException("did not end within " + timeout.toSeconds() + " s" + tail());
        }
        return process.exitValue();
    }

    /** Ends the process without grace. */
    @Override
    public void close() {
        process.destroyForcibly();
        try {
            process.waitFor(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private String tail() {
        try {
            List<String> lines = Files.readAllLines(log);
            List<String> last = lines.subList(Math.max(0, lines.size() - 30), lines.size());
            return ", see " + log + ":\n" + String.join("\n", last);
        } catch (IOException e) {
            return ", and its log cannot be read: " + e;
        }
    }

    /** Describes a service to start. Not thread-safe; may start several. */
    public static final class Builder {
        private final Path jar;
        private final Path log;
        private final Map<String, String> environment = new TreeMap<>();
        private final List<String> jvmArguments = new ArrayList<>();
        private final List<String> arguments = new ArrayList<>();
        private @Nullable Integer port;
        private @Nullable Integer managementPort;
        private final List<ControlGroup> groups = new ArrayList<>();
        private @Nullable String mainClass;

        private Builder(Path jar, Path log) {
            this.jar = jar;
            this.log = log;
        }

        /** Sets an environment variable. */
        public Builder env(String name, String value) {
            environment.put(name, value);
            return this;
        }

        /** Adds arguments for the JVM. Default: none. */
        public Builder jvmArguments(List<String> more) {
            jvmArguments.addAll(more);
            return this;
        }

        /** Adds arguments for the service. Default: none. */
        public Builder arguments(List<String> more) {
            arguments.addAll(more);
            return this;
        }

        /** Sets a class of the jar to start. Default: the one that its manifest names. */
        public Builder mainClass(String mainClass) {
            this.mainClass = mainClass;
            return this;
        }

        /** Sets {@code PORT}. Default: a free one. */
        public Builder port(int port) {
            this.port = port;
            return this;
        }

        /** Sets {@code MANAGEMENT_PORT}. Default: unset, all is served on one port. */
        public Builder managementPort(int managementPort) {
            this.managementPort = managementPort;
            return this;
        }

        /** Sets the memory cgroup that the process is in from its first instruction on. Default: that of this JVM. */
        public Builder memoryGroup(@Nullable MemoryGroup group) {
            if (group != null) {
                groups.add(group.group());
            }
            return this;
        }

        /** Sets the CPU cgroup that the process is in from its first instruction on. Default: that of this JVM. */
        public Builder cpuGroup(CpuGroup group) {
            groups.add(group.group());
            return this;
        }

        /**
         * Starts the process and returns at once. The log of an earlier start is continued.
         *
         * @throws IllegalStateException if the jar is not there
         */
        public ServiceProcess start() throws IOException {
            if (!Files.isRegularFile(jar)) {
                throw new IllegalStateException("not built: " + jar);
            }
            int mainPort = port == null ? Ports.free() : port;
            List<String> command = new ArrayList<>();
            command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
            command.addAll(jvmArguments);
            command.addAll(
                    mainClass == null ? List.of("-jar", jar.toString()) : List.of("-cp", jar.toString(), mainClass));
            command.addAll(arguments);
            ProcessBuilder builder = new ProcessBuilder(command);
            groups.forEach(group -> builder.command(group.enter(builder.command())));
            // What the caller has set for himself must not decide what is measured.
            builder.environment()
                    .keySet()
                    .removeIf(name -> name.matches("(LOADLINE|SPRING|QUARKUS|SERVER|MANAGEMENT)(_.*)?"));
            builder.environment().putAll(environment);
            builder.environment().put("PORT", String.valueOf(mainPort));
            if (managementPort == null) {
                builder.environment().remove("MANAGEMENT_PORT");
            } else {
                builder.environment().put("MANAGEMENT_PORT", String.valueOf(managementPort));
            }
            builder.redirectErrorStream(true);
            builder.redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
            long startedNanos = System.nanoTime();
            Process process = builder.start();
            Children.add(process);
            int statusPort = managementPort == null ? mainPort : managementPort;
            return new ServiceProcess(process, mainPort, statusPort, log, startedNanos);
        }
    }
}
