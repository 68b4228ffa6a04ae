/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.management;

import io.loadline.internal.JsonWriter;
import io.loadline.limit.Rejection;

/** An answer of the management endpoint. Immutable. */
record Answer(int status, String contentType, String body) {
    static Answer json(int status, String body) {
        return new Answer(status, "application/json", body);
    }

    static Answer problem(int status, String title) {
        return problem(status, begin(status, title));
    }

    static Answer problem(int status, String title, String detail) {
        return problem(status, begin(status, title).member("detail", detail));
    }

    /** A problem that {@link #begin} has begun, with more members. */
    static Answer problem(int status, JsonWriter json) {
        return new Answer(status, Rejection.PROBLEM_JSON, json.endObject().toString());
    }

    static JsonWriter begin(int status, String title) {
        return new JsonWriter()
                .beginObject()
                .member("type", "about:blank")
                .member("title", title)
                .member("status", status);
    }
}
