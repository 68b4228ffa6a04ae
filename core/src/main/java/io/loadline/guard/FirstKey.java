/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.guard;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The first of several keys that is there. Immutable.
 *
 * @param keys in the order in which they are asked
 */
record FirstKey(List<ClientKey> keys) implements ClientKey {
    /** No header may hold it. Once for each key that found nothing, so no two have keys in common. */
    private static final String MARK = "\u001f";

    @Override
    public @Nullable String of(ClientRequest request) {
        for (int i = 0; i < keys.size(); i++) {
            String key = keys.get(i).of(request);
            if (key != null && !key.isBlank() && !key.startsWith(MARK)) {
                return i == 0 ? key : MARK.repeat(i) + key;
            }
        }
        return null;
    }
}
