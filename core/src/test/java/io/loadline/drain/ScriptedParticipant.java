/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.drain;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/** A participant that does what the test says, by default waits to be told to go. As thread-safe as its steps. */
class ScriptedParticipant implements DrainParticipant {
    final CountDownLatch entered = new CountDownLatch(1);
    final CountDownLatch go = new CountDownLatch(1);
    final CountDownLatch left = new CountDownLatch(1);
    volatile Duration timeLeft;
    volatile Thread runner;
    private final String name;
    private final List<String> said;
    private int order;
    private boolean servesRequests;
    private List<String> active = List.of();
    private Step prepare = () -> {};
    private Step drain = go::await;

    /** {@code said} is told its name when it drains. */
    ScriptedParticipant(String name, List<String> said) {
        this.name = name;
        this.said = said;
    }

    ScriptedParticipant order(int changed) {
        order = changed;
        return this;
    }

    ScriptedParticipant forRequests() {
        servesRequests = true;
        return this;
    }

    ScriptedParticipant prepare(Step step) {
        prepare = step;
        return this;
    }

    ScriptedParticipant drain(Step step) {
        drain = step;
        return this;
    }

    ScriptedParticipant active(List<String> lines) {
        active = lines;
        return this;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public int order() {
        return order;
    }

    @Override
    public boolean servesRequests() {
        return servesRequests;
    }

    @Override
    public void prepare() {
        try {
            prepare.run();
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void drain(Duration given) throws Exception {
        timeLeft = given;
        runner = Thread.currentThread();
        said.add(name);
        entered.countDown();
        try {
            drain.run();
        } finally {
            left.countDown();
        }
    }

    @Override
    public List<String> active() {
        return active;
    }

    @FunctionalInterface
    interface Step {
        void run() throws Exception;
    }
}
