/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.memory;

import static io.loadline.internal.Checks.checkArgument;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.loadline.memory.MemoryWindow.Sample;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/** Tells from readings whether the memory of a service is stable. Not thread-safe. */
public final class MemoryStability {
    /*
     * Windows follow one another without a gap; the last six are kept, with at most 60 samples each. Each gets a verdict
     * when it ends:
     *
     * GROWING   the slope of the live heap takes it up by max(3 %, 8 MiB) per window, or that of the footprint by
     *           max(3 %, 16 MiB), and the least value of the last third lies above that of the first by half of that.
     *           A sawtooth rises most of the time and does not grow.
     * SETTLING  the same downwards, or classes or code cache still fill, or fewer than three collections were seen
     *           since the start although there is load.
     * STABLE    otherwise; IDLE_STABLE if fewer than a fifth of the samples saw calls.
     *
     * The live heap is the old generation after it was cleaned, three times at least in two windows or in all; with fewer
     * the footprint decides alone, since what is in use after collections of the young one is garbage for the most part.
     * Where the JVM does not tell of cleanings it is the heap after collections.
     *
     * A state is entered when two windows in a row say so. LEAK_SUSPECT needs no second time, since it takes all six
     * windows, see LeakCheck.
     */

    /** The shortest window there can be. */
    public static final Duration SHORTEST_WINDOW = Duration.ofMinutes(3);

    private static final int HISTORY = 6;
    private static final int SAMPLES = 60;
    private static final int LEAST_SAMPLES = 9;
    private static final int LEAST_COLLECTIONS = 3;
    private static final int CLEANING_WINDOWS = 2;
    private static final double SHARE = 0.03;
    private static final long LIVE_BYTES = 8L << 20;
    private static final long FOOTPRINT_BYTES = 16L << 20;
    private static final long CODE_BYTES = 2L << 20;
    private static final double CLASSES_SHARE = 0.005;
    private static final long CLASSES = 100;
    private static final double LOAD_SHARE = 0.2;

    private final Duration window;
    private final Deque<MemoryWindow> history = new ArrayDeque<>();
    private @Nullable MemoryWindow current;
    private MemoryState state = MemoryState.WARMING;
    private long sinceNanos;
    private String reason = "the start is not over";
    private @Nullable MemoryState candidate;
    private MemoryTrend footprintTrend = MemoryTrend.NONE;
    private MemoryTrend liveTrend = MemoryTrend.NONE;
    private long calmSinceNanos;
    private long calmSinceCollections;
    private Optional<SteadyUse> steady = Optional.empty();

    private MemoryStability(Duration window) {
        this.window = window;
    }

    /**
     * Stability over windows of {@code window}.
     *
     * @throws IllegalArgumentException unless it is between 3 minutes and 1 day
     */
    public static MemoryStability over(Duration window) {
        checkArgument(
                window.compareTo(SHORTEST_WINDOW) >= 0 && window.compareTo(Duration.ofDays(1)) <= 0,
                "window must be between 3 minutes and 1 day: %s",
                window);
        return new MemoryStability(window);
    }

    /** For windows that no service should have, but a test. */
    static MemoryStability overAnyWindow(Duration window) {
        return new MemoryStability(window);
    }

    /**
     * Takes a reading.
     *
     * @param started whether the start is over; only the first time counts
     * @param completedCalls calls that have ended since the start, which is how load is seen
     * @return whether the state has changed
     */
    @CanIgnoreReturnValue
    public boolean add(MemoryReading reading, boolean started, long completedCalls) {
        MemoryState before = state;
        long now = reading.atNanos();
        MemoryWindow open = current;
        if (open == null) {
            if (!started) {
                return false;
            }
            open = begin(now);
            enter(MemoryState.SETTLING, "it has started; the first window of " + text(window) + " runs", now);
        } else if (now - open.beginNanos() >= window.toNanos()) {
            close(open);
            open = begin(now);
        }
        List<Sample> samples = open.samples();
        // A little less, or a beat that comes early by a hair would halve the samples.
        if (samples.isEmpty() || now - open.endNanos() >= window.toNanos() / SAMPLES * 9 / 10) {
            open.add(reading, completedCalls);
        }
        return state != before;
    }

    /** The present state. */
    public MemoryState state() {
        return state;
    }

    /** When the state was entered, by the readings' ticker. */
    long sinceNanos() {
        return sinceNanos;
    }

    /** Why it is what it is, with figures. */
    public String reason() {
        return reason;
    }

    /** How the footprint moved in the last window. */
    public MemoryTrend footprintTrend() {
        return footprintTrend;
    }

    /** How the live heap moved lately; flat if that cannot be told. */
    public MemoryTrend liveTrend() {
        return liveTrend;
    }

    /** What was used while the memory was stable; empty unless it is. */
    public Optional<SteadyUse> steady() {
        return state.isCalm() ? steady : Optional.empty();
    }

    private MemoryWindow begin(long nowNanos) {
        MemoryWindow begun = new MemoryWindow(nowNanos);
        current = begun;
        return begun;
    }

    private void close(MemoryWindow closed) {
        if (closed.samples().size() < LEAST_SAMPLES || closed.endNanos() - closed.beginNanos() < window.toNanos() / 2) {
            // The process was suspended, or is throttled so much that it is hardly read: no verdict on that.
            return;
        }
        boolean wasCalm = !history.isEmpty() && history.getLast().isCalm();
        history.addLast(closed);
        if (history.size() > HISTORY) {
            history.removeFirst();
        }
        Verdict verdict = judge(closed);
        closed.calm(verdict.state.isCalm());
        if (closed.isCalm()) {
            if (!wasCalm) {
                calmSinceNanos = closed.beginNanos();
                calmSinceCollections = closed.samples().get(0).collections();
            }
            steady = Optional.of(SteadyUse.of(calmWindows(), calmSinceNanos, calmSinceCollections));
        }
        Optional<String> leak = history.size() < HISTORY ? Optional.empty() : LeakCheck.of(all());
        follow(leak.map(why -> new Verdict(MemoryState.LEAK_SUSPECT, why)).orElse(verdict), closed.endNanos());
    }

    private void follow(Verdict verdict, long nowNanos) {
        boolean agreed =
                candidate == verdict.state || (candidate != null && candidate.isCalm() && verdict.state.isCalm());
        if (verdict.state == state) {
            reason = verdict.reason;
            candidate = verdict.state;
        } else if (agreed || verdict.state == MemoryState.LEAK_SUSPECT) {
            enter(verdict.state, verdict.reason, nowNanos);
        } else {
            candidate = verdict.state;
            if (state == MemoryState.SETTLING) {
                reason = verdict.reason + "; one more such window makes it " + verdict.state;
            }
        }
    }

    private void enter(MemoryState entered, String why, long nowNanos) {
        state = entered;
        reason = why;
        sinceNanos = nowNanos;
        candidate = entered;
    }

    private Verdict judge(MemoryWindow closed) {
        List<Sample> footprints = MemoryWindow.known(closed.samples(), Sample::footprint);
        Live live = live(closed);
        List<Sample> lives = live.samples;
        footprintTrend = MemoryWindow.trend(footprints, Sample::footprint);
        liveTrend = lives.size() < LEAST_COLLECTIONS ? MemoryTrend.NONE : MemoryWindow.trend(lives, live.quantity);
        double footprintBar = bar(footprints, Sample::footprint, FOOTPRINT_BYTES);
        double liveBar = bar(lives, live.quantity, LIVE_BYTES);
        int footprintMoves = moves(footprints, Sample::footprint, footprintTrend, footprintBar);
        int liveMoves = moves(lives, live.quantity, liveTrend, liveBar);
        String figures = figures(footprints.isEmpty(), footprintBar, lives.size() < LEAST_COLLECTIONS, liveBar);
        boolean load = closed.loadShare() >= LOAD_SHARE;
        if (footprintMoves > 0 || liveMoves > 0) {
            return new Verdict(MemoryState.GROWING, figures);
        }
        if (footprintMoves < 0 || liveMoves < 0) {
            return new Verdict(MemoryState.SETTLING, "it is falling: " + figures);
        }
        Sample first = closed.samples().get(0);
        Sample last = closed.samples().get(closed.samples().size() - 1);
        long newClasses = last.classes() - first.classes();
        long newCode = last.codeCache() - first.codeCache();
        if (newClasses > Math.max(CLASSES, CLASSES_SHARE * first.classes())) {
            return new Verdict(
                    MemoryState.SETTLING, "classes are still being loaded, " + newClasses + " in " + text(window));
        }
        if (newCode > Math.max(CODE_BYTES, SHARE * first.codeCache())) {
            return new Verdict(
                    MemoryState.SETTLING,
                    "the code cache still fills, " + mib((double) newCode) + " in " + text(window));
        }
        int collections = MemoryWindow.afterCollections(all()).size();
        if (load && collections < LEAST_COLLECTIONS) {
            return new Verdict(MemoryState.SETTLING, "too few collections, " + collections + " so far");
        }
        return load
                ? new Verdict(MemoryState.STABLE, figures)
                : new Verdict(MemoryState.IDLE_STABLE, figures + "; hardly any calls");
    }

    /** Too few samples if that cannot be told. */
    private Live live(MemoryWindow closed) {
        List<Sample> all = all();
        if (MemoryWindow.tellsOfCleanings(all)) {
            List<Sample> recent = new ArrayList<>();
            Iterator<MemoryWindow> latest = history.descendingIterator();
            for (int i = 0; i < CLEANING_WINDOWS && latest.hasNext(); i++) {
                recent.addAll(0, latest.next().samples());
            }
            List<Sample> cleanings = MemoryWindow.afterCleanings(recent);
            return new Live(
                    cleanings.size() < LEAST_COLLECTIONS ? MemoryWindow.afterCleanings(all) : cleanings,
                    Sample::oldLive);
        }
        List<Sample> own = MemoryWindow.known(MemoryWindow.afterCollections(closed.samples()), Sample::heapLive);
        if (own.size() < LEAST_COLLECTIONS) {
            own = MemoryWindow.known(MemoryWindow.afterCollections(all), Sample::heapLive);
        }
        return new Live(own, Sample::heapLive);
    }

    /** 1 up, -1 down, 0 neither. */
    private int moves(List<Sample> samples, ToLongFunction<Sample> quantity, MemoryTrend trend, double bar) {
        double perWindow = trend.per(window);
        if (samples.size() < LEAST_COLLECTIONS || Math.abs(perWindow) < bar) {
            return 0;
        }
        int third = samples.size() / 3;
        List<Sample> first = samples.subList(0, third);
        List<Sample> last = samples.subList(samples.size() - third, samples.size());
        if (perWindow > 0) {
            long rise = least(last, quantity) - least(first, quantity);
            return rise >= bar / 2 ? 1 : 0;
        }
        long fall = most(first, quantity) - most(last, quantity);
        return fall >= bar / 2 ? -1 : 0;
    }

    /** The latest calm windows that follow one another. */
    private List<MemoryWindow> calmWindows() {
        List<MemoryWindow> calm = new ArrayList<>();
        for (Iterator<MemoryWindow> latest = history.descendingIterator(); latest.hasNext(); ) {
            MemoryWindow next = latest.next();
            if (!next.isCalm()) {
                break;
            }
            calm.add(0, next);
        }
        return calm;
    }

    private List<Sample> all() {
        List<Sample> all = new ArrayList<>();
        history.forEach(each -> all.addAll(each.samples()));
        return all;
    }

    private static double bar(List<Sample> samples, ToLongFunction<Sample> quantity, long leastBytes) {
        return Math.max(
                (double) leastBytes,
                SHARE * MemoryWindow.percentile(samples, quantity, 0.5).orElse(0));
    }

    private static long least(List<Sample> samples, ToLongFunction<Sample> quantity) {
        return samples.stream().mapToLong(quantity).min().orElse(0);
    }

    private static long most(List<Sample> samples, ToLongFunction<Sample> quantity) {
        return samples.stream().mapToLong(quantity).max().orElse(0);
    }

    private String figures(boolean noFootprint, double footprintBar, boolean noLive, double liveBar) {
        return String.format(
                Locale.ROOT,
                "in %s working set %s, live heap %s",
                text(window),
                noFootprint ? "unknown" : signed(footprintTrend.per(window)) + " of " + mib(footprintBar) + " allowed",
                noLive
                        ? "unknown after fewer than " + LEAST_COLLECTIONS + " collections of it"
                        : signed(liveTrend.per(window)) + " of " + mib(liveBar) + " allowed");
    }

    private static String signed(double bytes) {
        return String.format(Locale.ROOT, "%+.1f MiB", bytes / (1 << 20));
    }

    private static String mib(double bytes) {
        return String.format(Locale.ROOT, "%.1f MiB", bytes / (1 << 20));
    }

    private static String text(Duration duration) {
        return duration.toMinutes() >= 1 ? duration.toMinutes() + " min" : duration.toSeconds() + " s";
    }

    /** Samples of the live heap, and which of their quantities that is. */
    private record Live(List<Sample> samples, ToLongFunction<Sample> quantity) {}

    private record Verdict(MemoryState state, String reason) {}
}
