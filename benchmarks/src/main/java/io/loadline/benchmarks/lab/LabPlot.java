/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.lab;

import io.loadline.benchmarks.lab.Run.Sample;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.BitmapEncoder.BitmapFormat;
import org.knowm.xchart.XYChart;

/** Draws one run of a scenario for each limiter: the limits over time, and what was served. Not thread-safe. */
final class LabPlot {
    private static final int MOST_POINTS = 1_500;
    private static final double HIGHEST = 10_000;

    private final XYChart limits;
    private final XYChart inFlight;
    private final XYChart goodput;

    LabPlot(String title) {
        limits = Curve.chart(title, "seconds", "limit");
        limits.getStyler().setYAxisLogarithmic(true);
        inFlight = Curve.chart("", "seconds", "in flight");
        goodput = Curve.chart("", "seconds", "answered in time, /s");
    }

    /** Adds what could have been achieved. */
    void oracle(Run.Result run) {
        draw(run, "best fixed limits", Curve.ORACLE);
    }

    /** Adds a limiter. */
    void add(Contestant limiter, Run.Result run) {
        draw(run, limiter.title, Curve.of(limiter));
    }

    private void draw(Run.Result run, String name, Curve curve) {
        // None at all is drawn as the highest.
        samples(limits, run, name, sample -> Math.max(1, Math.min(HIGHEST, sample.limit())), curve);
        samples(inFlight, run, name, Sample::inFlight, curve);
        int every = Math.max(1, run.score().seconds() / MOST_POINTS);
        // The last second has only begun.
        int[] seconds = IntStream.range(0, (run.score().seconds() - 1) / every)
                .map(i -> i * every)
                .toArray();
        double[] good = Arrays.stream(seconds)
                .mapToDouble(second -> (double) run.score().good(second, second + every) / every)
                .toArray();
        curve.draw(goodput, name, Arrays.stream(seconds).asDoubleStream().toArray(), good);
    }

    private static void samples(
            XYChart chart, Run.Result run, String name, ToDoubleFunction<Sample> figure, Curve curve) {
        int every = Math.max(1, run.samples().size() / MOST_POINTS);
        List<Sample> some = IntStream.range(0, run.samples().size())
                .filter(i -> i % every == 0)
                .mapToObj(run.samples()::get)
                .toList();
        curve.draw(
                chart,
                name,
                some.stream().mapToDouble(Sample::seconds).toArray(),
                some.stream().mapToDouble(figure).toArray());
    }

    /** Writes a PNG. */
    void save(Path file) throws IOException {
        BitmapEncoder.saveBitmap(List.of(limits, inFlight, goodput), 3, 1, file.toString(), BitmapFormat.PNG);
    }
}
