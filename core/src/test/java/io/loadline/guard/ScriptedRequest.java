/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.guard;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A request as a test says it is. Not thread-safe. */
final class ScriptedRequest implements ClientRequest {
    private final Map<String, List<String>> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    private final @Nullable String remoteAddress;
    private @Nullable String principal;

    private ScriptedRequest(@Nullable String remoteAddress) {
        this.remoteAddress = remoteAddress;
    }

    static ScriptedRequest from(@Nullable String remoteAddress) {
        return new ScriptedRequest(remoteAddress);
    }

    ScriptedRequest header(String name, String value) {
        headers.computeIfAbsent(name.toLowerCase(Locale.ROOT), same -> new ArrayList<>())
                .add(value);
        return this;
    }

    ScriptedRequest principal(String name) {
        principal = name;
        return this;
    }

    @Override
    public List<String> headers(String name) {
        return headers.getOrDefault(name, List.of());
    }

    @Override
    public @Nullable String remoteAddress() {
        return remoteAddress;
    }

    @Override
    public @Nullable String principal() {
        return principal;
    }
}
