/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.lab;

import java.io.IOException;
import java.nio.file.Path;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.BitmapEncoder.BitmapFormat;
import org.knowm.xchart.XYChart;

/** Draws what each limiter serves of more and more load. Not thread-safe. */
final class SweepPlot {
    private final XYChart chart;

    SweepPlot(String title) {
        chart = Curve.chart(title, "offered, /s", "answered in time, /s");
        chart.getStyler().setYAxisMin(0.0);
    }

    void add(Contestant limiter, double[] offered, double[] good) {
        Curve.of(limiter).draw(chart, limiter.title, offered, good);
    }

    /** Writes a PNG. */
    void save(Path file) throws IOException {
        BitmapEncoder.saveBitmap(chart, file.toString(), BitmapFormat.PNG);
    }
}
