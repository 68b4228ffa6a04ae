/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.advice;

import java.util.Locale;

/** Writes advice as YAML to copy from: a patch of the deployment, and a vertical autoscaler. Stateless. */
final class AdviceYaml {
    /*
     * The vertical autoscaler sets requests alone: beside an autoscaler that scales on load it must not move what the load
     * is measured against. It learns from the peak of a day, so a service that is deployed daily would be sized for its
     * start; hence bounds.
     */
    private static final long MIB = 1 << 20;

    private AdviceYaml() {}

    static String of(MemoryReport report) {
        SizingAdvice advice = report.advice();
        StringBuilder out = new StringBuilder(2_048);
        comment(out, "Memory advice of Loadline for " + report.name() + ", confidence " + advice.confidence());
        comment(out, advice.reason());
        if (advice.requestBytes().isEmpty() || advice.limitBytes().isEmpty()) {
            comment(out, "There is no advice yet: ask again when memory is stable.");
            hints(out, advice);
            return out.toString();
        }
        comment(
                out,
                "Steady " + mib(advice.steadyBytes().orElse(0)) + ", at most "
                        + mib(advice.mostBytes().orElse(0)) + ", peak footprint of the start "
                        + (advice.startupPeakBytes().isEmpty()
                                ? "unknown"
                                : mib(advice.startupPeakBytes().getAsLong())));
        String name = quoted(resourceName(report.name()));
        String request = mib(advice.requestBytes().getAsLong());
        String limit = mib(advice.limitBytes().getAsLong());
        out.append("apiVersion: apps/v1\n")
                .append("kind: Deployment\n")
                .append("metadata:\n")
                .append("  name: ")
                .append(name)
                .append('\n')
                .append("spec:\n")
                .append("  template:\n")
                .append("    spec:\n")
                .append("      containers:\n")
                .append("        - name: ")
                .append(name)
                .append('\n')
                .append("          resources:\n")
                .append("            requests:\n")
                .append("              memory: ")
                .append(request)
                .append('\n')
                .append("            limits:\n")
                .append("              memory: ")
                .append(limit)
                .append('\n')
                .append("          env:\n")
                .append("            - name: JAVA_TOOL_OPTIONS # add yours")
                .append(hasHint(advice, "max-heap") ? ", without -Xmx: it makes the percentage void\n" : "\n")
                .append("              value: ")
                .append(quoted(javaOptions(advice)))
                .append('\n')
                .append("            - name: LOADLINE_MEMORY_REQUEST\n")
                .append("              valueFrom:\n")
                .append("                resourceFieldRef:\n")
                .append("                  resource: requests.memory\n");
        if (hasHint(advice, "arenas")) {
            out.append("            - name: MALLOC_ARENA_MAX\n").append("              value: \"2\"\n");
        }
        out.append("---\n")
                .append("apiVersion: autoscaling.k8s.io/v1\n")
                .append("kind: VerticalPodAutoscaler\n")
                .append("metadata:\n")
                .append("  name: ")
                .append(name)
                .append('\n')
                .append("spec:\n")
                .append("  targetRef:\n")
                .append("    apiVersion: apps/v1\n")
                .append("    kind: Deployment\n")
                .append("    name: ")
                .append(name)
                .append('\n')
                .append("  updatePolicy:\n")
                .append("    updateMode: \"Initial\"\n")
                .append("  resourcePolicy:\n")
                .append("    containerPolicies:\n")
                .append("      - containerName: ")
                .append(name)
                .append('\n')
                .append("        controlledResources: [\"memory\"]\n")
                .append("        controlledValues: RequestsOnly\n")
                .append("        minAllowed:\n")
                .append("          memory: ")
                .append(request)
                .append('\n')
                .append("        maxAllowed:\n")
                .append("          memory: ")
                .append(limit)
                .append('\n');
        hints(out, advice);
        return out.toString();
    }

    private static String javaOptions(SizingAdvice advice) {
        String percentage =
                String.format(Locale.ROOT, "%.1f", advice.maxRamPercentage().orElse(0));
        StringBuilder options = new StringBuilder("-XX:MaxRAMPercentage=" + percentage);
        if (hasHint(advice, "small")) {
            options.append(" -XX:MinRAMPercentage=").append(percentage);
        }
        options.append(" -XX:+ExitOnOutOfMemoryError");
        // Another collector than the one that was measured is a hint, and nothing to copy.
        boolean measured = !advice.collector().equals("unknown") && !hasHint(advice, "collector");
        if (measured) {
            options.append(" -XX:+Use").append(advice.collector()).append("GC");
        }
        if ((measured && advice.collector().equals("G1")) || hasHint(advice, "free-ratio")) {
            options.append(" -XX:MinHeapFreeRatio=10 -XX:MaxHeapFreeRatio=20");
        }
        return options.toString();
    }

    private static boolean hasHint(SizingAdvice advice, String code) {
        return advice.hints().stream().anyMatch(hint -> hint.code().equals(code));
    }

    private static void hints(StringBuilder out, SizingAdvice advice) {
        advice.hints().forEach(hint -> comment(out, hint.code() + ": " + hint.text()));
    }

    /** On one line whatever it contains. */
    private static void comment(StringBuilder out, String text) {
        out.append("# ").append(text.replaceAll("\\p{Cntrl}", " ")).append('\n');
    }

    /** What Kubernetes takes as a name: lower case letters, digits and dashes, 63 at most, none at the ends. */
    private static String resourceName(String name) {
        String dashed = name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-");
        String cut = dashed.length() > 63 ? dashed.substring(0, 63) : dashed;
        String trimmed = cut.replaceAll("^-+|-+$", "");
        return trimmed.isEmpty() ? "application" : trimmed;
    }

    private static String quoted(String text) {
        return '"' + text + '"';
    }

    private static String mib(long bytes) {
        return (long) Math.ceil((double) bytes / MIB) + "Mi";
    }
}
