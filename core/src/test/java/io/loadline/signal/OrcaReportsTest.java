/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.signal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.loadline.LogCapture;
import io.loadline.availability.ServiceState;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What balancers are told of a service that sustains 100 calls a second, and what weight they give it. */
class OrcaReportsTest {
    private static final Duration LONG = Duration.ofSeconds(40);

    private final SimulatedService service = new SimulatedService();
    private final OrcaReports reports = reports(builder -> {});

    @Test
    void header_isThereForWhoAsks() {
        assertHeader("text", "endpoint-load-metrics", "TEXT ");
        assertHeader(" JSON ", "endpoint-load-metrics", "JSON {");
        assertHeader("Bin", "endpoint-load-metrics", "BIN ");
    }

    @ParameterizedTest
    @NullSource
    @ValueSource(strings = {"", "xml", "bin-header", "text,json"})
    void header_forWhoAsksForNoFormat_isNone(@Nullable String asked) {
        assertThat(reports.header(asked)).isNull();
    }

    @Test
    void header_always_isThereForWhoDoesNotAsk() {
        OrcaReports always = reports(builder -> builder.always(OrcaFormat.BIN_HEADER));
        OrcaHeader unasked = always.header(null);
        assertThat(unasked).isNotNull().isEqualTo(always.header("xml"));
        assertThat(unasked.name()).isEqualTo("endpoint-load-metrics-bin");
        OrcaHeader bin = always.header("bin");
        assertThat(bin).isEqualTo(new OrcaHeader("endpoint-load-metrics", "BIN " + unasked.value()));
        assertThat(EnvoyOrcaParser.parse(unasked)).isEqualTo(EnvoyOrcaParser.parse(always.header("text")));
        assertThat(always.isSent()).isTrue();
    }

    @Test
    void header_never_isThereForNobody() {
        AtomicInteger asked = new AtomicInteger();
        OrcaReports never = reports(builder -> builder.namedMetric("jobs", asked::incrementAndGet)
                .memory(asked::incrementAndGet)
                .never());
        service.offer(10, Duration.ofSeconds(3));
        assertThat(never.header("text")).isNull();
        assertThat(never.isSent()).isFalse();
        assertThat(asked).as("figures that nobody is told").hasValue(0);
        never.close();
    }

    /** A response costs no more than to take what is there. */
    @Test
    void header_betweenTwoSnapshots_isTheSameObject() {
        service.ready().offer(50, Duration.ofSeconds(3));
        assertThat(reports.header("text")).isSameAs(reports.header("text"));
    }

    @Test
    void report_ofAServiceThatServes_isItsLoad() {
        overloadOnce();
        service.offer(60, LONG);

        OrcaFields report = report();
        assertThat(report.utilization()).isCloseTo(service.load(), within(1e-5)).isCloseTo(0.6, within(0.05));
        assertThat(report.rps()).isCloseTo(60, within(3.0));
        assertThat(report.eps()).isZero();
        assertThat(report.field("cpu_utilization")).isNotNegative();
        assertThat(report.named())
                .containsOnlyKeys("queue", "limit", "in_flight")
                .containsEntry("limit", 10.0);
        assertThat(report.named().get("in_flight")).isBetween(5.0, 7.0);
        assertThat(report.weight()).as("what it can do").isCloseTo(100, within(10.0));
    }

    @Test
    void report_inAnOverload_countsWhatIsRefused() {
        overloadOnce();
        service.offer(300, LONG);

        OrcaFields report = report();
        assertThat(report.rps()).isCloseTo(300, within(5.0));
        assertThat(report.eps()).isCloseTo(200, within(5.0));
        assertThat(report.utilization()).isCloseTo(3, within(0.1));
        assertThat(report.weight()).isLessThan(100);
    }

    /** The load goes no higher than that of four times the capacity; a receiver would take the rest for an ability. */
    @ParameterizedTest
    @ValueSource(ints = {150, 300, 1_000, 10_000})
    void weight_ofAServiceThatRefuses_isNoHigherThanWhatItServes(int perSecond) {
        overloadOnce();
        service.offer(perSecond, LONG);

        OrcaFields report = report();
        assertThat(report.weightWithoutErrors()).isBetween(85.0, 102.0);
        assertThat(report.weight()).isLessThan(report.weightWithoutErrors());
    }

    /** A cold service that told its balancers nothing would get a full share. */
    @Test
    void report_whileWarming_isThatOfABusyService() {
        assertThat(service.availability.warming("")).isTrue();
        service.offer(90, Duration.ofSeconds(10));

        assertThat(service.load()).as("what autoscalers are told").isNaN();
        assertThat(report().utilization()).isCloseTo(0.9, within(0.11));
        assertThat(report().rps()).isCloseTo(90, within(5.0));

        service.utilization = 1;
        service.offer(10, Duration.ofSeconds(2));
        assertThat(report().utilization()).as("of the busiest resource").isEqualTo(1);
    }

    /** A pause is in no proportion to the work: a cold service that collects now and then is not as good as full. */
    @ParameterizedTest
    @EnumSource(
            value = Saturation.Kind.class,
            names = {"SYMPTOM", "DELAY"})
    void report_whileWarming_isThatOfNoSymptom(Saturation.Kind kind) {
        SimulatedService paused = new SimulatedService(builder -> builder.saturation(usedUp("pauses", kind)));
        OrcaReports told = reports(paused, builder -> {});
        assertThat(paused.availability.warming("")).isTrue();
        paused.offer(10, Duration.ofSeconds(2));

        assertThat(paused.signal.snapshot().saturations()).containsEntry("pauses", 1.0);
        assertThat(EnvoyOrcaParser.parse(told.header("text")).utilization()).isEqualTo(0.3);
    }

    @Test
    void report_whileWarming_isThatOfPlacesThatAreTaken() {
        SimulatedService full =
                new SimulatedService(builder -> builder.saturation(usedUp("pool", Saturation.Kind.PLACES)));
        OrcaReports told = reports(full, builder -> {});
        assertThat(full.availability.warming("")).isTrue();
        full.offer(10, Duration.ofSeconds(2));

        assertThat(EnvoyOrcaParser.parse(told.header("text")).utilization()).isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource(
            value = ServiceState.class,
            names = {"DRAINING", "BROKEN"})
    void weight_ofAServiceThatLeaves_fallsAtOnce(ServiceState state) {
        overloadOnce();
        service.offer(60, LONG);
        double before = report().weight();
        assertThat(state == ServiceState.DRAINING ? service.availability.draining("") : service.availability.broken(""))
                .isTrue();

        assertThat(report().utilization()).isEqualTo(10);
        assertThat(report().weight()).isLessThan(before / 10);
        service.offer(60, Duration.ofSeconds(5));
        assertThat(report().utilization()).isEqualTo(10);
        assertThat(report().rps()).as("or the report would be ignored").isCloseTo(60, within(5.0));
    }

    @Test
    void rates_afterReady_areThoseSince() {
        service.offer(100, Duration.ofMillis(19_900));
        service.ready();
        assertThat(report().rps()).as("unknown").isZero();
        service.offer(20, Duration.ofSeconds(6));
        assertThat(report().rps()).isCloseTo(20, within(3.0));
    }

    @Test
    void memory_isAShare() {
        double[] used = {0.5};
        OrcaReports told = reports(builder -> builder.memory(() -> used[0]));
        assertThat(EnvoyOrcaParser.parse(told.header("text")).field("mem_utilization"))
                .isEqualTo(0.5);
        used[0] = 1.02;
        service.offer(0, Duration.ofSeconds(1));
        assertThat(EnvoyOrcaParser.parse(told.header("text")).field("mem_utilization"))
                .isEqualTo(1);
    }

    @Test
    void namedMetrics_areReadWithEachSnapshot() {
        double[] jobs = {3};
        OrcaReports told = reports(builder -> builder.namedMetric("jobs", () -> jobs[0]));
        for (double value : new double[] {3, Double.NaN, -1, Double.POSITIVE_INFINITY, 4.5}) {
            jobs[0] = value;
            service.offer(0, Duration.ofSeconds(1));
            OrcaFields report = EnvoyOrcaParser.parse(told.header("text"));
            assertThat(report.named()).containsKeys("queue", "limit", "in_flight");
            if (value >= 0 && Double.isFinite(value)) {
                assertThat(report.named()).containsEntry("jobs", value);
            } else {
                assertThat(report.named()).doesNotContainKey("jobs");
            }
        }
    }

    @Test
    void namedMetric_thatThrows_isLeftOutAndLoggedOnce() {
        try (LogCapture log = LogCapture.of(OrcaFigure.class)) {
            OrcaReports told = reports(builder -> builder.namedMetric("jobs", () -> {
                        throw new NoClassDefFoundError("mine");
                    })
                    .namedMetric("others", () -> 7));
            service.offer(0, Duration.ofSeconds(5));
            assertThat(EnvoyOrcaParser.parse(told.header("text")).named())
                    .doesNotContainKey("jobs")
                    .containsEntry("others", 7.0);
            assertThat(log.warnings()).singleElement().asString().contains("jobs");
        }
    }

    /** It holds up neither the beat nor a change of state, and is not asked again before it has answered. */
    @Test
    void namedMetric_thatDoesNotAnswer_isLeftOut() {
        Deque<Runnable> tasks = new ArrayDeque<>();
        AtomicInteger asked = new AtomicInteger();
        SimulatedService aside = new SimulatedService(builder -> builder.executor(tasks::add));
        OrcaReports told = reports(aside, builder -> builder.namedMetric("jobs", asked::incrementAndGet));
        aside.ready().offer(10, Duration.ofSeconds(5));
        assertThat(asked).hasValue(0);
        assertThat(named(told)).containsOnlyKeys("queue", "limit", "in_flight");

        runAll(tasks);
        assertThat(asked).as("in five seconds").hasValue(1);
        aside.offer(10, Duration.ofSeconds(3));
        assertThat(named(told)).containsEntry("jobs", 1.0);
        aside.offer(10, Duration.ofSeconds(1));
        assertThat(named(told)).as("long ago").doesNotContainKey("jobs");

        runAll(tasks);
        aside.offer(10, Duration.ofSeconds(1));
        assertThat(named(told)).containsEntry("jobs", 2.0);
    }

    @Test
    void namedMetric_forWhichThereIsNoThread_isAskedWhenThereIs() {
        AtomicBoolean full = new AtomicBoolean(true);
        SimulatedService aside = new SimulatedService(builder -> builder.executor(task -> {
            if (full.get()) {
                throw new RejectedExecutionException("full");
            }
            task.run();
        }));
        OrcaReports told = reports(aside, builder -> builder.namedMetric("jobs", () -> 3));
        assertThat(named(told)).doesNotContainKey("jobs");
        full.set(false);
        aside.offer(10, Duration.ofSeconds(1));
        assertThat(named(told)).containsEntry("jobs", 3.0);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "", "Jobs", "jobs:1", "a,b", "a=b", "a b", "jobs.", "1jobs", "-jobs", "jöbs", "a\nb", "queue", "limit"
            })
    void namedMetric_ofABadName_isRefusedWithIt(String name) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> reports(builder -> builder.namedMetric(name, () -> 1)))
                .withMessageContaining("'" + name + "'");
    }

    @Test
    void namedMetrics_areBounded() {
        String longest = "m".repeat(64);
        OrcaReports told = reports(builder -> {
            builder.namedMetric(longest, () -> 1);
            for (int i = 1; i < 10; i++) {
                builder.namedMetric(String.format(Locale.ROOT, "m%d", i), () -> 1);
            }
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> builder.namedMetric("m11", () -> 1))
                    .withMessage("there are 10 named metrics already: 'm11'");
        });
        assertThat(EnvoyOrcaParser.parse(told.header("bin")).named())
                .hasSize(13)
                .containsKey(longest);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> reports(builder -> builder.namedMetric(longest + "m", () -> 1)));
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        reports(builder -> builder.namedMetric("twice", () -> 1).namedMetric("twice", () -> 1)))
                .withMessage("there is a named metric of this name already: 'twice'");
    }

    @Test
    void close_keepsTheLastReport() {
        service.ready().offer(50, Duration.ofSeconds(3));
        OrcaHeader last = reports.header("text");
        reports.close();
        service.offer(100, Duration.ofSeconds(3));
        assertThat(reports.header("text")).isSameAs(last).isNotNull();
    }

    /** From now on the capacity is known. */
    private void overloadOnce() {
        service.ready().offer(150, LONG);
    }

    private OrcaFields report() {
        OrcaFields text = EnvoyOrcaParser.parse(reports.header("text"));
        assertThat(EnvoyOrcaParser.parse(reports.header("json"))).isEqualTo(text);
        assertThat(EnvoyOrcaParser.parse(reports.header("bin"))).isEqualTo(text);
        return text;
    }

    private void assertHeader(String asked, String name, String begin) {
        OrcaHeader header = reports.header(asked);
        assertThat(header).isNotNull();
        assertThat(header.name()).isEqualTo(name);
        assertThat(header.value()).startsWith(begin);
    }

    private OrcaReports reports(Consumer<OrcaReports.Builder> configure) {
        return reports(service, configure);
    }

    private static OrcaReports reports(SimulatedService of, Consumer<OrcaReports.Builder> configure) {
        OrcaReports.Builder builder = OrcaReports.builder(of.signal, of.limiter, of.ticker);
        configure.accept(builder);
        return builder.build();
    }

    private static Map<String, Double> named(OrcaReports told) {
        return EnvoyOrcaParser.parse(told.header("text")).named();
    }

    private static void runAll(Deque<Runnable> tasks) {
        while (!tasks.isEmpty()) {
            tasks.remove().run();
        }
    }

    private static Saturation usedUp(String name, Saturation.Kind kind) {
        return new Saturation() {
            @Override
            public String name() {
                return name;
            }

            @Override
            public Kind kind() {
                return kind;
            }

            @Override
            public double utilization() {
                return 1;
            }
        };
    }
}
