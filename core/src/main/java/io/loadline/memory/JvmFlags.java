/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.memory;

import com.sun.management.HotSpotDiagnosticMXBean;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * The flags of this JVM that decide about memory; empty where it does not tell. Immutable.
 *
 * @param collector which collector runs, by the name of its flag without {@code Use} and {@code GC}: {@code G1},
 *     {@code Serial}, {@code Parallel}, {@code Z}, {@code Shenandoah}; {@code unknown} if none of these
 * @param initialHeapBytes the heap to begin with
 * @param maxHeapBytes what the heap may grow to
 * @param maxHeapGiven whether that was said ({@code -Xmx}, {@code -XX:MaxHeapSize}) and not computed of the machine:
 *     then {@code -XX:MaxRAMPercentage} has no effect
 * @param minHeapFreeRatio the share of free heap below which it grows, 0..1
 * @param maxHeapFreeRatio the share of free heap above which it shrinks, 0..1
 * @param maxDirectBytes the most memory of direct buffers; 0 is as much as the heap
 * @param alwaysPreTouch whether the heap is resident before the first line of the application runs
 * @param exitOnOutOfMemory whether the JVM ends itself at the first error of that kind
 */
public record JvmFlags(
        String collector,
        OptionalLong initialHeapBytes,
        OptionalLong maxHeapBytes,
        boolean maxHeapGiven,
        OptionalDouble minHeapFreeRatio,
        OptionalDouble maxHeapFreeRatio,
        OptionalLong maxDirectBytes,
        boolean alwaysPreTouch,
        boolean exitOnOutOfMemory) {
    private static final String[] COLLECTORS = {"G1", "Serial", "Parallel", "Z", "Shenandoah"};

    /** What this JVM says. Never throws. */
    public static JvmFlags read() {
        HotSpotDiagnosticMXBean bean = bean();
        String collector = "unknown";
        for (String each : COLLECTORS) {
            if (isOn(bean, "Use" + each + "GC")) {
                collector = each;
            }
        }
        return new JvmFlags(
                collector,
                number(bean, "InitialHeapSize"),
                number(bean, "MaxHeapSize"),
                isMaxHeapGiven(),
                ratio(bean, "MinHeapFreeRatio"),
                ratio(bean, "MaxHeapFreeRatio"),
                number(bean, "MaxDirectMemorySize"),
                isOn(bean, "AlwaysPreTouch"),
                isOn(bean, "ExitOnOutOfMemoryError") || isOn(bean, "CrashOnOutOfMemoryError"));
    }

    /** Whether the heap can never give anything back. */
    public boolean isHeapFixed() {
        return initialHeapBytes.isPresent() && initialHeapBytes.equals(maxHeapBytes);
    }

    private static @Nullable HotSpotDiagnosticMXBean bean() {
        try {
            return ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);
        } catch (RuntimeException | LinkageError otherJvm) {
            return null;
        }
    }

    /** The option's own origin does not tell: a size that the collector rounds up counts as computed. */
    private static boolean isMaxHeapGiven() {
        try {
            return isMaxHeapAmong(ManagementFactory.getRuntimeMXBean().getInputArguments());
        } catch (RuntimeException otherJvm) {
            return false;
        }
    }

    static boolean isMaxHeapAmong(List<String> arguments) {
        return arguments.stream()
                .anyMatch(argument -> argument.startsWith("-Xmx") || argument.startsWith("-XX:MaxHeapSize="));
    }

    private static @Nullable String option(@Nullable HotSpotDiagnosticMXBean bean, String name) {
        try {
            return bean == null ? null : bean.getVMOption(name).getValue();
        } catch (RuntimeException noSuchOption) {
            return null;
        }
    }

    private static boolean isOn(@Nullable HotSpotDiagnosticMXBean bean, String name) {
        return "true".equals(option(bean, name));
    }

    private static OptionalLong number(@Nullable HotSpotDiagnosticMXBean bean, String name) {
        String value = option(bean, name);
        try {
            return value == null ? OptionalLong.empty() : OptionalLong.of(Long.parseLong(value));
        } catch (NumberFormatException beyondLong) {
            return OptionalLong.empty();
        }
    }

    private static OptionalDouble ratio(@Nullable HotSpotDiagnosticMXBean bean, String name) {
        OptionalLong percent = number(bean, name);
        return percent.isEmpty() ? OptionalDouble.empty() : OptionalDouble.of(percent.getAsLong() / 100.0);
    }
}
