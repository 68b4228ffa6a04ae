/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.startup;

import io.loadline.benchmarks.startup.FleetRun.Point;
import java.awt.BasicStroke;
import java.awt.Color;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.BitmapEncoder.BitmapFormat;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.knowm.xchart.style.XYStyler;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** Draws the memory of fleets over time. Not thread-safe. */
final class FleetPlot {
    private static final double MIB = 1 << 20;
    private static final Color WITHOUT = new Color(0xD5, 0x5E, 0x00);
    private static final Color WITH = new Color(0x00, 0x72, 0xB2);
    private static final Color LINES = new Color(0x80, 0x80, 0x80);
    private static final Color GRID = new Color(0xE4, 0xE4, 0xE4);
    private static final BasicStroke CURVE = new BasicStroke(2.5f, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND);
    private static final BasicStroke DASHED =
            new BasicStroke(1.5f, BasicStroke.CAP_BUTT, BasicStroke.JOIN_BEVEL, 0, new float[] {6, 5}, 0);
    private static final BasicStroke DOTTED =
            new BasicStroke(1.5f, BasicStroke.CAP_BUTT, BasicStroke.JOIN_BEVEL, 0, new float[] {2, 4}, 0);

    private final XYChart chart;
    private double lastSeconds;
    private double highestMib;

    FleetPlot(String title) {
        // There is no screen to draw on, and none is needed.
        System.setProperty("java.awt.headless", "true");
        chart = new XYChartBuilder()
                .width(1100)
                .height(600)
                .title(title)
                .xAxisTitle("seconds since the first pod was started")
                .yAxisTitle("anonymous memory of all pods, MiB")
                .build();
        XYStyler styler = chart.getStyler();
        styler.setLegendPosition(LegendPosition.InsideSE);
        styler.setChartBackgroundColor(Color.WHITE);
        styler.setPlotBorderVisible(false);
        styler.setPlotGridLinesColor(GRID);
        styler.setXAxisDecimalPattern("0");
        styler.setYAxisDecimalPattern("#,##0");
        styler.setXAxisMin(0.0);
        styler.setYAxisMin(0.0);
    }

    /** Adds the curve of one run; one colour is for runs with Loadline, one for those without. */
    FleetPlot add(String name, FleetResult result) {
        List<Point> points = result.points();
        double[] seconds =
                points.stream().mapToDouble(point -> point.millis() / 1e3).toArray();
        double[] mib = points.stream().mapToDouble(point -> point.bytes() / MIB).toArray();
        lastSeconds = Math.max(lastSeconds, seconds[seconds.length - 1]);
        highestMib = Math.max(highestMib, result.peakBytes() / MIB);
        curve(name, seconds, mib, CURVE, result.mode() == Mode.NONE ? WITHOUT : WITH);
        return this;
    }

    /** Writes a PNG; {@code steadyBytes} and the limit become horizontal lines. */
    void save(Path file, Calibration calibration, boolean limited) throws IOException {
        double steadyMib = calibration.steadyBytes() / MIB;
        if (limited) {
            level(String.format(Locale.ROOT, "limit, %.1f x", Room.TIGHT_SHARE), Room.TIGHT_SHARE * steadyMib, DASHED);
        }
        level("at rest", steadyMib, DOTTED);
        double top = Math.max(highestMib, limited ? Room.TIGHT_SHARE * steadyMib : 0);
        chart.getStyler().setYAxisMax(Math.ceil(top * 1.08 / 100) * 100);
        chart.getStyler().setXAxisMax(Math.ceil(lastSeconds));
        BitmapEncoder.saveBitmap(chart, file.toString(), BitmapFormat.PNG);
    }

    private void level(String name, double mib, BasicStroke stroke) {
        curve(name, new double[] {0, Math.ceil(lastSeconds)}, new double[] {mib, mib}, stroke, LINES);
    }

    private void curve(String name, double[] x, double[] y, BasicStroke stroke, Color color) {
        XYSeries series = chart.addSeries(name, x, y);
        series.setMarker(SeriesMarkers.NONE);
        series.setLineStyle(stroke);
        series.setLineColor(color);
    }
}
