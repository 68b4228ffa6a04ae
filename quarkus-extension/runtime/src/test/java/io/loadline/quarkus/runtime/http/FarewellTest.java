/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.quarkus.runtime.http;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Who is told to go gets one answer, by whoever answers. */
class FarewellTest {
    private final FakeRequest request = new FakeRequest();

    /** As Vert.x does while others answer, so that neither sees half of what the other writes. */
    @Test
    void refusal_hasTheConnectionForItself() {
        request.responseHeaders.set("Content-Encoding", "gzip");

        Farewell.say(request.context);

        assertThat(request.writes).contains("status 503", "end");
        assertThat(request.connectionHeld).isTrue();
        assertThat(request.responseHeaders.names()).doesNotContain("Content-Encoding");
    }

    @Test
    void answered_isLeftAlone() {
        request.answers();

        Farewell.say(request.context);

        assertThat(request.writes).isEmpty();
    }
}
