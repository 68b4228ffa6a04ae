/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.benchmarks.lab;

import java.awt.BasicStroke;
import java.awt.Color;
import java.util.Map;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.knowm.xchart.style.XYStyler;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** How a curve is drawn: the same in all plots of the lab. Immutable. */
record Curve(Color color, BasicStroke stroke) {
    private static final Color GRID = new Color(0xE4, 0xE4, 0xE4);
    /* Okabe and Ito's colours, which those with colour blindness can tell apart. */
    private static final Map<Contestant, Color> COLORS = Map.of(
            Contestant.LOADLINE, new Color(0x00, 0x72, 0xB2),
            Contestant.VEGAS, new Color(0xE6, 0x9F, 0x00),
            Contestant.GRADIENT2, new Color(0xD5, 0x5E, 0x00),
            Contestant.NETFLIX_AIMD, new Color(0x56, 0xB4, 0xE9),
            Contestant.ENVOY, new Color(0x00, 0x9E, 0x73),
            Contestant.FAILSAFE_GO, new Color(0xCC, 0x79, 0xA7),
            Contestant.BULKHEAD, new Color(0xA0, 0xA0, 0xA0),
            Contestant.NONE, new Color(0x50, 0x50, 0x50));
    private static final BasicStroke THICK = new BasicStroke(2.5f, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND);
    private static final BasicStroke THIN = new BasicStroke(1.3f, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND);
    private static final BasicStroke DASHED =
            new BasicStroke(1.5f, BasicStroke.CAP_BUTT, BasicStroke.JOIN_BEVEL, 0, new float[] {6, 5}, 0);

    /** Of what could have been achieved. */
    static final Curve ORACLE = new Curve(new Color(0x20, 0x20, 0x20), DASHED);

    static Curve of(Contestant limiter) {
        return new Curve(
                COLORS.getOrDefault(limiter, Color.BLACK), limiter.kind == Contestant.Kind.OURS ? THICK : THIN);
    }

    /** An empty chart. */
    static XYChart chart(String title, String xAxis, String yAxis) {
        // There is no screen to draw on, and none is needed.
        System.setProperty("java.awt.headless", "true");
        XYChart chart = new XYChartBuilder()
                .width(1200)
                .height(380)
                .title(title)
                .xAxisTitle(xAxis)
                .yAxisTitle(yAxis)
                .build();
        XYStyler styler = chart.getStyler();
        styler.setLegendPosition(LegendPosition.OutsideE);
        styler.setChartBackgroundColor(Color.WHITE);
        styler.setPlotBorderVisible(false);
        styler.setPlotGridLinesColor(GRID);
        styler.setXAxisDecimalPattern("#,##0");
        styler.setYAxisDecimalPattern("#,##0");
        styler.setXAxisMin(0.0);
        // Wide enough for whole numbers only.
        styler.setXAxisTickMarkSpacingHint(100);
        return chart;
    }

    void draw(XYChart chart, String name, double[] x, double[] y) {
        XYSeries series = chart.addSeries(name, x, y);
        series.setMarker(SeriesMarkers.NONE);
        series.setLineStyle(stroke);
        series.setLineColor(color);
    }
}
