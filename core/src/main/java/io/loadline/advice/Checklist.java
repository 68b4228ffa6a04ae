/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.advice;

import io.loadline.memory.MemoryReading;
import io.loadline.memory.MemorySnapshot;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Collectors;

/**
 * Five questions about a service's memory, each with its answer. Immutable.
 *
 * @param items the questions in their order
 */
public record Checklist(List<Item> items) {
    private static final long MIB = 1 << 20;
    private static final double REQUEST_TOLERANCE = 0.15;
    private static final double WASTEFUL = 1.5;
    private static final Duration READ_LATELY = Duration.ofMinutes(5);

    /** Copies the list. */
    public Checklist {
        items = List.copyOf(items);
    }

    /** The answers as of {@code advice} for {@code input}. */
    static Checklist of(SizingInput input, SizingAdvice advice, Scaling scaling) {
        return new Checklist(List.of(
                stabilises(input.memory()),
                startup(advice),
                request(input, advice),
                limit(input.memory().reading(), advice),
                scaling(scaling)));
    }

    /** The answer to {@code question}. */
    public Item item(Question question) {
        return items.get(question.ordinal());
    }

    private static Item stabilises(MemorySnapshot memory) {
        String figures = memory.state() + " for " + memory.inState().toMinutes() + " min: " + memory.reason();
        return switch (memory.state()) {
            case STABLE -> new Item(Question.STABILISES, Answer.YES, figures, "");
            case GROWING ->
                new Item(
                        Question.STABILISES,
                        Answer.NO,
                        figures,
                        "wait if a cache is still filling; bound it if it never stops");
            case LEAK_SUSPECT ->
                new Item(
                        Question.STABILISES,
                        Answer.NO,
                        figures,
                        "compare two heap histograms (jcmd GC.class_histogram) an hour apart; outside the heap, compare two"
                                + " summaries of -XX:NativeMemoryTracking");
            case IDLE_STABLE -> new Item(Question.STABILISES, Answer.NOT_YET, figures, "ask again when there was load");
            case WARMING, SETTLING -> new Item(Question.STABILISES, Answer.NOT_YET, figures, "ask again later");
        };
    }

    private static Item startup(SizingAdvice advice) {
        long peak = advice.startupPeakBytes().orElse(0);
        if (peak == 0 || advice.steadyBytes().isEmpty()) {
            String known = peak == 0 ? "unknown" : mib(peak);
            String figures = "peak footprint of the start " + known + ", steady use not known";
            return new Item(Question.STARTUP, Answer.NOT_YET, figures, "ask again when memory is stable");
        }
        long steady = advice.steadyBytes().getAsLong();
        String figures = String.format(
                Locale.ROOT, "the start took %s, %.2f x the steady %s", mib(peak), (double) peak / steady, mib(steady));
        if (peak <= SizingAdvice.STARTUP_RATIO * steady) {
            return new Item(Question.STARTUP, Answer.YES, figures, "");
        }
        String stages = advice.savings().stream()
                .map(saving -> saving.stage() + " (" + mib(saving.bytesPerReplica()) + " per replica)")
                .collect(Collectors.joining(", "));
        return new Item(
                Question.STARTUP,
                Answer.NO,
                figures,
                stages.isEmpty()
                        ? "move what the start loads into startup stages, so that it can be deferred and measured"
                        : "defer or bound " + stages);
    }

    private static Item request(SizingInput input, SizingAdvice advice) {
        OptionalLong request = input.requestBytes();
        if (advice.requestBytes().isEmpty()) {
            return new Item(
                    Question.REQUEST,
                    Answer.NOT_YET,
                    "request " + (request.isEmpty() ? "unknown" : mib(request.getAsLong())) + ", no advice yet",
                    "ask again when memory is stable");
        }
        long advised = advice.requestBytes().getAsLong();
        if (request.isEmpty()) {
            return new Item(
                    Question.REQUEST,
                    Answer.NOT_YET,
                    "request unknown, advised " + mib(advised),
                    "tell the request (LOADLINE_MEMORY_REQUEST from the downward API), or set it to what is advised");
        }
        double ratio = (double) request.getAsLong() / advised;
        String figures = String.format(Locale.ROOT, "request %s, advised %s", mib(request.getAsLong()), mib(advised));
        return Math.abs(ratio - 1) <= REQUEST_TOLERANCE
                ? new Item(Question.REQUEST, Answer.YES, figures, "")
                : new Item(
                        Question.REQUEST,
                        Answer.NO,
                        figures,
                        ratio < 1
                                ? "raise it: the scheduler puts more on the node than it can hold"
                                : "lower it: the node holds fewer replicas than it could");
    }

    private static Item limit(MemoryReading reading, SizingAdvice advice) {
        OptionalLong limit = reading.limitBytes();
        if (limit.isEmpty()) {
            boolean readable = reading.workingSetBytes().isPresent();
            return new Item(
                    Question.LIMIT,
                    readable ? Answer.NO : Answer.NOT_YET,
                    readable ? "no limit" : "no cgroup can be read here",
                    advice.limitBytes().isEmpty()
                            ? readable
                                    ? "set one, or this service can take all memory of the node; how large is told when"
                                            + " memory is stable"
                                    : "ask again when memory is stable"
                            : "set it to " + mib(advice.limitBytes().getAsLong()));
        }
        if (advice.limitBytes().isEmpty()) {
            return new Item(
                    Question.LIMIT,
                    Answer.NOT_YET,
                    "limit " + mib(limit.getAsLong()) + ", no advice yet",
                    "ask again when memory is stable");
        }
        long advised = advice.limitBytes().getAsLong();
        String figures = String.format(
                Locale.ROOT,
                "limit %s, advised %s for a peak of %s",
                mib(limit.getAsLong()),
                mib(advised),
                mib(Math.max(
                        advice.mostBytes().orElse(0), advice.startupPeakBytes().orElse(0))));
        if (limit.getAsLong() < advised) {
            return new Item(
                    Question.LIMIT, Answer.NO, figures, "raise it, or lower the peak: the next start may be killed");
        }
        return limit.getAsLong() <= WASTEFUL * advised
                ? new Item(Question.LIMIT, Answer.YES, figures, "")
                : new Item(
                        Question.LIMIT,
                        Answer.NO,
                        figures,
                        "lower it: a heap that is sized by the limit grows into it, beyond the request");
    }

    private static Item scaling(Scaling scaling) {
        if (!scaling.loadIsValid) {
            return new Item(
                    Question.SCALING,
                    Answer.NOT_YET,
                    "the load is not published: " + scaling.validity,
                    "ask again when it is");
        }
        if (scaling.sinceRead.isPresent() && scaling.sinceRead.get().compareTo(READ_LATELY) <= 0) {
            return new Item(
                    Question.SCALING,
                    Answer.YES,
                    "the load was read " + scaling.sinceRead.get().toSeconds() + " s ago",
                    "only the autoscaler knows which metric it follows: it should be loadline_load, never memory, which"
                            + " does not fall when replicas are added");
        }
        return new Item(
                Question.SCALING,
                scaling.readyFor.compareTo(READ_LATELY) > 0 ? Answer.NO : Answer.NOT_YET,
                "nobody reads the load",
                "let the autoscaler follow loadline_load (a scrape, or /loadline/load), not memory, which does not fall"
                        + " when replicas are added");
    }

    private static String mib(long bytes) {
        return Math.round((double) bytes / MIB) + " MiB";
    }

    /** What is asked. */
    public enum Question {
        /** Whether memory stays where it is. */
        STABILISES("Does memory stabilise after startup?"),
        /** Whether the start takes little more than the steady service. */
        STARTUP("Are startup allocations controlled?"),
        /** Whether the request is what the steady service uses. */
        REQUEST("Are requests based on steady usage?"),
        /** Whether the limit is what the service uses at most. */
        LIMIT("Are limits based on peak usage?"),
        /** Whether somebody follows the load. */
        SCALING("Are we scaling on the right signals?");

        private final String text;

        Question(String text) {
            this.text = text;
        }

        /** The question in words. */
        public String text() {
            return text;
        }
    }

    /** An answer. */
    public enum Answer {
        /** It is as it should be. */
        YES,
        /** It is not. */
        NO,
        /** It cannot be told yet, or not here. */
        NOT_YET
    }

    /**
     * One question and its answer. Immutable.
     *
     * @param question what is asked
     * @param answer the answer
     * @param figures what it rests on
     * @param whatToDo what to do about it; empty if nothing
     */
    public record Item(Question question, Answer answer, String figures, String whatToDo) {}

    /** What is known of who follows the load. */
    record Scaling(boolean loadIsValid, String validity, Optional<Duration> sinceRead, Duration readyFor) {}
}
