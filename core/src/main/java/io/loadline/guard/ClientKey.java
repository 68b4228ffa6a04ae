/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.guard;

import static io.loadline.internal.Checks.checkArgument;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Tells the client of a request. Implementations must be thread-safe and quick.
 *
 * <p>A key that clients may choose, such as a header that nobody has checked, lets one client pose as many. Prefer what
 * security has found out, or the address.
 */
@FunctionalInterface
public interface ClientKey {
    /** The client's key; null or blank where there is none. */
    @Nullable
    String of(ClientRequest request);

    /**
     * The value of a header, without the white space around it.
     *
     * @throws IllegalArgumentException if the name is blank
     */
    static ClientKey header(String name) {
        checkArgument(!name.isBlank(), "name must not be blank: '%s'", name);
        return request -> {
            String value = request.header(name);
            return value == null ? null : value.strip();
        };
    }

    /** The name of the user. */
    static ClientKey principal() {
        return ClientRequest::principal;
    }

    /** The address of the client, as far as {@code proxies} can be trusted about it. */
    static ClientKey address(TrustedProxies proxies) {
        return proxies::clientOf;
    }

    /**
     * The first of several that finds one. A key of a later one is marked, so that no client can pose as that of another:
     * by an address in a header, say.
     *
     * @throws IllegalArgumentException if there are none
     */
    static ClientKey firstOf(ClientKey... keys) {
        checkArgument(keys.length > 0, "there must be at least one key: %s", keys.length);
        return new FirstKey(List.of(keys));
    }
}
