/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A {@link TerminatedService} in a process of its own and what it says. Not thread-safe. */
final class ServiceProcess implements AutoCloseable {
    /** What begins otherwise is logged. */
    private static final String SAYS = "> ";

    private final List<String> said = new ArrayList<>();
    private final Process process;
    private final BufferedReader output;

    private ServiceProcess(Process process) {
        this.process = process;
        this.output = process.inputReader(StandardCharsets.UTF_8);
    }

    static ServiceProcess start(String how) throws IOException {
        return new ServiceProcess(new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-cp",
                        System.getProperty("java.class.path"),
                        TerminatedService.class.getName(),
                        how)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start());
    }

    List<String> said() {
        return said;
    }

    @CanIgnoreReturnValue
    String readUntil(String start) throws IOException {
        for (String line = output.readLine(); line != null; line = output.readLine()) {
            if (line.startsWith(SAYS)) {
                String what = line.substring(SAYS.length());
                said.add(what);
                if (what.startsWith(start)) {
                    return what;
                }
            }
        }
        throw new AssertionError("'" + start + "' was not said: " + said);
    }

    void readToEnd() {
        output.lines()
                .filter(line -> line.startsWith(SAYS))
                .map(line -> line.substring(SAYS.length()))
                .forEach(said::add);
    }

    /** Process.destroy would close the pipes too. */
    void sigterm() {
        assertThat(process.toHandle().destroy()).isTrue();
    }

    /** Lets go whoever waits for a line. */
    void sendLine() throws IOException {
        process.getOutputStream().write('\n');
        process.getOutputStream().flush();
    }

    int exitCode() throws InterruptedException {
        return process.waitFor();
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
