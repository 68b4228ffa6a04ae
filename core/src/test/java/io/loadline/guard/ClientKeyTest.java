/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.guard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

class ClientKeyTest {
    private final ScriptedRequest request = ScriptedRequest.from("192.0.2.1");

    @Test
    void header_isItsFirstValueWithoutSpace() {
        request.header("x-api-key", " abc ").header("X-Api-Key", "def");
        assertThat(ClientKey.header("X-Api-Key").of(request)).isEqualTo("abc");
        assertThat(ClientKey.header("X-Other").of(request)).isNull();
    }

    @Test
    void header_withoutAName_isRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ClientKey.header(" "))
                .withMessageContaining("' '");
    }

    @Test
    void principal_isTheUser() {
        assertThat(ClientKey.principal().of(request)).isNull();
        assertThat(ClientKey.principal().of(request.principal("anna"))).isEqualTo("anna");
    }

    @Test
    void firstOf_takesTheFirstThatIsThere() {
        ClientKey key = ClientKey.firstOf(ClientKey.principal(), ClientKey.address(TrustedProxies.none()));
        assertThat(key.of(request)).isNotEqualTo("192.0.2.1").endsWith("192.0.2.1");
        assertThat(key.of(request.principal("anna"))).isEqualTo("anna");
    }

    @Test
    void firstOf_headerThatLooksLikeAnAddress_isNotThatClient() {
        ClientKey key = ClientKey.firstOf(
                ClientKey.header("X-Api-Key"), ClientKey.principal(), ClientKey.address(TrustedProxies.none()));
        String address = key.of(ScriptedRequest.from("192.0.2.1"));
        String forged = key.of(ScriptedRequest.from("6.6.6.6").header("X-Api-Key", "192.0.2.1"));
        String user = key.of(ScriptedRequest.from("6.6.6.6").principal("192.0.2.1"));
        String marked = key.of(ScriptedRequest.from("6.6.6.6").header("X-Api-Key", address));
        assertThat(address).isNotIn(forged, user, marked);
        assertThat(forged).isNotEqualTo(user);
    }

    @Test
    void firstOf_nothing_isRefused() {
        assertThatIllegalArgumentException().isThrownBy(ClientKey::firstOf).withMessageContaining("0");
    }
}
