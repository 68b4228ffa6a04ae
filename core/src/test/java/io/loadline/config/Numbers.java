/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;

/** Two numbers that must be equal, and what was applied of them. Not thread-safe; guarded by the settings' lock. */
final class Numbers implements SettingsPart {
    final Knob<Integer> one;
    final Knob<Integer> other;
    final List<String> applied = new ArrayList<>();

    /** Is called with what is being applied, and may throw. */
    Consumer<String> trap = text -> {};

    Numbers(String name) {
        this.one = Knob.integer("loadline." + name + ".one", 0, 1_000_000).start(() -> 0);
        this.other = Knob.integer("loadline." + name + ".other", 0, 1_000_000).start(() -> 0);
    }

    @Override
    public List<Knob<?>> knobs() {
        return List.of(one, other);
    }

    @Override
    public void check(LoadlineSettings wanted) {
        if (!Objects.equals(wanted.value(one), wanted.value(other))) {
            throw new InvalidSettingsException(one.key(), wanted.text(one.key()), "it must be equal to " + other.key());
        }
    }

    @Override
    public void apply(LoadlineSettings before, LoadlineSettings after) {
        String text = before.value(one) + " -> " + after.value(one);
        trap.accept(text);
        applied.add(text);
    }
}
