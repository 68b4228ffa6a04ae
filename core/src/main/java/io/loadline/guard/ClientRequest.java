/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.guard;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** What of a request may tell its client; implemented by adapters for the requests of their server. */
public interface ClientRequest {
    /** The values of all headers of that name, whatever its case, in their order; empty if there are none. */
    List<String> headers(String name);

    /** The first value of a header, or null. */
    default @Nullable String header(String name) {
        List<String> values = headers(name);
        return values.isEmpty() ? null : values.get(0);
    }

    /** The address of whoever is at the other end of the connection, as text; null if it has none. */
    @Nullable
    String remoteAddress();

    /** The name of the user that security has found out; null if there is none. */
    @Nullable
    String principal();
}
