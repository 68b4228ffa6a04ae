/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.startup;

import com.sun.management.HotSpotDiagnosticMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Tells which of the JVM's flags keep memory that a start has taken. Stateless. */
final class JvmFlags {
    private JvmFlags() {}

    /** A flag's value, or an empty text if this JVM does not know it. */
    static String read(String name) {
        @Nullable HotSpotDiagnosticMXBean bean = ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);
        if (bean == null) {
            return "";
        }
        try {
            return bean.getVMOption(name).getValue();
        } catch (IllegalArgumentException e) {
            return "";
        }
    }

    /** What should be looked at, a line each; {@code flags} gives the value of a flag. */
    static List<String> warnings(UnaryOperator<String> flags) {
        List<String> warnings = new ArrayList<>();
        boolean touched = Boolean.parseBoolean(flags.apply("AlwaysPreTouch"));
        String initial = flags.apply("InitialHeapSize");
        if (touched) {
            warnings.add("-XX:+AlwaysPreTouch takes the whole initial heap before any stage can wait for memory");
        }
        if (!initial.isEmpty() && initial.equals(flags.apply("MaxHeapSize"))) {
            warnings.add("-Xms is as large as -Xmx: what the heap took during the start is never given back");
        }
        if (Boolean.parseBoolean(flags.apply("DisableExplicitGC"))) {
            warnings.add("-XX:+DisableExplicitGC forbids the collection that gives memory back before the service is ready;"
                    + " -XX:+ExplicitGCInvokesConcurrent does not");
        }
        return warnings;
    }
}
