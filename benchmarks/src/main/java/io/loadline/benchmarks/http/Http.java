/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.http;

import io.loadline.benchmarks.harness.Affinity;
import io.loadline.benchmarks.harness.Figures;
import io.loadline.benchmarks.harness.Sample;
import io.loadline.benchmarks.harness.ServiceProcess;
import io.loadline.benchmarks.harness.Table;
import io.loadline.benchmarks.harness.Workspace;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.apache.commons.statistics.descriptive.Median;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Throughput of a trivial route with and without Loadline, with a control that says what noise is. Not thread-safe. */
@Command(
        name = "benchmarks/http",
        sortOptions = false,
        mixinStandardHelpOptions = true,
        description = "Measures a trivial route of the Spring Boot sample by wrk, with and without Loadline, in pairs."
                + "%nExits 0 only if the throughput ratio is at least 0.95, nothing failed, and a second service"
                + " without%nLoadline did the same as the first within 0.98 to 1.02; otherwise the run is void.")
public final class Http implements Callable<Integer> {
    private static final double RATIO_BAR = 0.95;
    private static final double CONTROL_LOW = 0.98;
    private static final double CONTROL_HIGH = 1.02;
    private static final int SERVER_CPU = 0;
    private static final int CLIENT_CPU = 1;
    private static final String PATH = "/work?ms=0";

    /* All three run side by side, one of them under load at a time. */
    enum Service {
        WITHOUT,
        WITH,
        CONTROL
    }

    /* Each service comes first, second and last equally often, and after each other one. */
    private static final List<List<Service>> TURNS = List.of(
            List.of(Service.WITHOUT, Service.WITH, Service.CONTROL),
            List.of(Service.CONTROL, Service.WITH, Service.WITHOUT),
            List.of(Service.WITH, Service.WITHOUT, Service.CONTROL),
            List.of(Service.CONTROL, Service.WITHOUT, Service.WITH),
            List.of(Service.WITHOUT, Service.CONTROL, Service.WITH),
            List.of(Service.WITH, Service.CONTROL, Service.WITHOUT));

    /* Of one fork, requests a second by service and pair. */
    private record Rates(double[][] perSecond) {
        Rates(int pairs) {
            this(new double[Service.values().length][pairs]);
        }

        double[] of(Service service) {
            return perSecond[service.ordinal()];
        }
    }

    @Option(names = "--quick", description = "Three forks of four short pairs, in under 5 minutes.")
    private boolean quick;

    @Option(names = "--server", description = "SERVER of the sample: tomcat or netty (default: ${DEFAULT-VALUE}).")
    private String server = "tomcat";

    @Option(names = "--forks", description = "Times all JVMs are started anew (default: 6, 3 with --quick).")
    private int forks;

    @Option(names = "--pairs", description = "Pairs in each fork (default: 6, 4 with --quick).")
    private int pairs;

    @Option(names = "--seconds", description = "Length of one measurement (default: 5, 3 with --quick).")
    private int seconds;

    @Option(names = "--connections", description = "Connections of wrk (default: ${DEFAULT-VALUE}).")
    private int connections = 8;

    private final List<Rates> measured = new ArrayList<>();
    private long failed;

    public static void main(String[] args) {
        System.exit(new CommandLine(new Http()).execute(args));
    }

    @Override
    public Integer call() throws Exception {
        Path folder = Workspace.newResults("http");
        int times = forks > 0 ? forks : quick ? 3 : 6;
        for (int fork = 1; fork <= times; fork++) {
            System.err.printf("Fork %d of %d ...%n", fork, times);
            measured.add(fork(fork, folder));
        }
        Interval ratio = Interval.of(ratios(Service.WITH), 1);
        Interval control = Interval.of(ratios(Service.CONTROL), 2);
        System.out.println(table());
        System.out.println("Logs: " + folder);
        boolean isVoid = control.mean() < CONTROL_LOW || control.mean() > CONTROL_HIGH;
        if (isVoid) {
            System.out.printf(
                    Locale.ROOT,
                    "VOID: two services without Loadline differ by a factor of %.3f, outside %.2f to %.2f;"
                            + " the machine is too noisy to tell.%n",
                    control.mean(),
                    CONTROL_LOW,
                    CONTROL_HIGH);
        }
        Figures figures = figures(ratio, control).put("void", isVoid).bar("control_bar", !isVoid);
        System.out.println(figures);
        return figures.exitCode();
    }

    private Rates fork(int fork, Path folder) throws Exception {
        int times = pairs > 0 ? pairs : quick ? 4 : 6;
        int length = seconds > 0 ? seconds : quick ? 3 : 5;
        List<ServiceProcess> running = new ArrayList<>();
        Rates rates = new Rates(times);
        try {
            for (Service service : Service.values()) {
                running.add(start(service, folder.resolve("service-" + fork + "-" + name(service) + ".log")));
            }
            for (int round = 1; round <= 2; round++) {
                for (Service service : Service.values()) {
                    load(
                            running.get(service.ordinal()),
                            quick ? 4 : 8,
                            folder.resolve("warm-" + fork + "-" + round + "-" + name(service)));
                }
            }
            for (int pair = 0; pair < times; pair++) {
                for (Service service : TURNS.get((pair + fork) % TURNS.size())) {
                    Path log = folder.resolve("wrk-" + fork + "-" + (pair + 1) + "-" + name(service));
                    Wrk result = load(running.get(service.ordinal()), length, log);
                    rates.of(service)[pair] = result.perSecond();
                    failed += result.failed();
                }
            }
        } finally {
            running.forEach(ServiceProcess::close);
        }
        return rates;
    }

    private ServiceProcess start(Service service, Path log) throws IOException, InterruptedException {
        ServiceProcess process = ServiceProcess.builder(Sample.SPRING_BOOT.jar(), log)
                .env("SERVER", server)
                .env("LOADLINE_ENABLED", String.valueOf(service == Service.WITH))
                // What a request costs is asked here, and a refusal costs less than an answer: nothing is refused.
                .env("LOADLINE_LIMIT_INITIAL", "1000")
                .env("LOADLINE_LIMIT_MIN", "1000")
                .jvmArguments(List.of("-Xms512m", "-Xmx512m", "-XX:+UseSerialGC", "-XX:ActiveProcessorCount=2"))
                .start();
        process.awaitReady(Duration.ofSeconds(90));
        Affinity.confine(process, String.valueOf(SERVER_CPU));
        return process;
    }

    private Wrk load(ServiceProcess process, int length, Path log) throws IOException, InterruptedException {
        return Wrk.run(CLIENT_CPU, connections, length, "http://127.0.0.1:" + process.port() + PATH, log);
    }

    /* Of one service to the one without Loadline that was measured in the same turn. */
    private List<double[]> ratios(Service service) {
        List<double[]> all = new ArrayList<>();
        for (Rates rates : measured) {
            double[] ratios = new double[rates.of(service).length];
            for (int i = 0; i < ratios.length; i++) {
                ratios[i] = rates.of(service)[i] / rates.of(Service.WITHOUT)[i];
            }
            all.add(ratios);
        }
        return all;
    }

    private Table table() {
        Table table =
                new Table("fork", "without, requests/s", "with", "control", "with / without", "control / without");
        List<double[]> with = ratios(Service.WITH);
        List<double[]> control = ratios(Service.CONTROL);
        for (int i = 0; i < measured.size(); i++) {
            Rates rates = measured.get(i);
            table.row(
                    i + 1,
                    median(rates.of(Service.WITHOUT)),
                    median(rates.of(Service.WITH)),
                    median(rates.of(Service.CONTROL)),
                    three(median(with.get(i))),
                    three(median(control.get(i))));
        }
        return table;
    }

    private Figures figures(Interval ratio, Interval control) {
        return new Figures()
                .put("server", server)
                .put("forks", measured.size())
                .put(
                        "pairs",
                        measured.stream()
                                .mapToInt(rates -> rates.of(Service.WITH).length)
                                .sum())
                .put("requests_per_second_without", overall(Service.WITHOUT))
                .put("requests_per_second_with", overall(Service.WITH))
                .put("ratio", ratio.mean())
                .put("ratio_low", ratio.low())
                .put("ratio_high", ratio.high())
                .put("control", control.mean())
                .put("control_low", control.low())
                .put("control_high", control.high())
                .put("failed", failed)
                .bar("ratio_bar", ratio.mean() >= RATIO_BAR)
                .bar("failed_bar", failed == 0);
    }

    private double overall(Service service) {
        return median(measured.stream()
                .mapToDouble(rates -> median(rates.of(service)))
                .toArray());
    }

    private static double median(double[] values) {
        return Median.withDefaults().evaluate(values);
    }

    private static String three(double value) {
        return String.format(Locale.ROOT, "%.3f", value);
    }

    private static String name(Service service) {
        return service.name().toLowerCase(Locale.ROOT);
    }
}
