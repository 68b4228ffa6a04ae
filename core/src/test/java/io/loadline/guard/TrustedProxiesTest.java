/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.guard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.loadline.LogCapture;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TrustedProxiesTest {
    private static final String PROXY = "10.0.0.1";

    private final TrustedProxies proxies = TrustedProxies.of("10.0.0.0/8", "fd00::/8", "192.0.2.7");

    @Test
    void none_ignoresHeaders() {
        ScriptedRequest request = ScriptedRequest.from("203.0.113.5").header("X-Forwarded-For", "198.51.100.1");
        assertThat(TrustedProxies.none().clientOf(request)).isEqualTo("203.0.113.5");
    }

    @Test
    void peerThatIsNotTrusted_isTheClientWhateverItSays() {
        assertThat(client("203.0.113.5", "198.51.100.1")).isEqualTo("203.0.113.5");
    }

    /** Who forgets a proxy gives all behind it one quota: that is told, and once only. */
    @Test
    void peerThatIsNotTrusted_andForwards_isToldOfOnce() {
        try (LogCapture log = LogCapture.of(TrustedProxies.class)) {
            String unused = client("203.0.113.5", "198.51.100.1") + client("203.0.113.6", "198.51.100.1");
            assertThat(log.warnings())
                    .singleElement()
                    .asString()
                    .startsWith("203.0.113.5 has sent X-Forwarded-For, but is none of the trusted proxies");
        }
    }

    @Test
    void peerThatIsTrusted_orForwardsNothing_isNotToldOf() {
        try (LogCapture log = LogCapture.of(TrustedProxies.class)) {
            assertThat(client(PROXY, "198.51.100.1")).isEqualTo("198.51.100.1");
            assertThat(proxies.clientOf(ScriptedRequest.from("203.0.113.5"))).isEqualTo("203.0.113.5");
            assertThat(log.warnings()).isEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "198.51.100.1                          | 198.51.100.1",
                "198.51.100.1, 10.9.9.9                | 198.51.100.1",
                "1.1.1.1, 198.51.100.1                 | 198.51.100.1",
                "10.5.5.5, 198.51.100.1, 192.0.2.7     | 198.51.100.1",
                "unknown, 198.51.100.1                 | 198.51.100.1",
                "198.51.100.1:4711                     | 198.51.100.1",
                "[2001:db8::1]:4711                    | 2001:db8:0:0:0:0:0:0/64",
                "2001:db8::1                           | 2001:db8:0:0:0:0:0:0/64",
                "::ffff:198.51.100.1, fd00::7          | 198.51.100.1",
                "10.1.1.1, 10.2.2.2                    | 10.1.1.1"
            })
    void chain_isReadFromTheRightThroughTrustedHops(String header, String client) {
        assertThat(client(PROXY, header)).isEqualTo(client);
    }

    /** The client is the last that was trusted: who sends rubbish through it shares its key with others who do. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "198.51.100.1, unknown",
                "198.51.100.1, example.com",
                "198.51.100.1, ",
                "198.51.100.1, 10.0.0",
                "198.51.100.1, 1.2.3.4.5",
                "198.51.100.1, 010.0.0.9",
                "198.51.100.1, 256.0.0.1",
                "198.51.100.1, 198.51.100.1:port",
                "198.51.100.1, [198.51.100.1]",
                "198.51.100.1, [2001:db8::1",
                "198.51.100.1, ::1::",
                ""
            })
    void malformedEntry_endsTheWalk(String header) {
        assertThat(client(PROXY, header)).isEqualTo(PROXY);
        assertThat(client(PROXY, header + ", 10.3.3.3")).isEqualTo("10.3.3.3");
    }

    @Test
    void severalHeaders_areOneList() {
        assertThat(client(PROXY, "6.6.6.6", "198.51.100.1, 10.4.4.4", "10.5.5.5"))
                .isEqualTo("198.51.100.1");
        assertThat(client(PROXY)).isEqualTo(PROXY);
    }

    @Test
    void otherHeader_isNotBelieved() {
        ScriptedRequest request = ScriptedRequest.from(PROXY)
                .header("X-Forwarded-For", "198.51.100.1")
                .header("Forwarded", "for=6.6.6.6")
                .header("X-Real-IP", "7.7.7.7");
        assertThat(proxies.clientOf(request)).isEqualTo("198.51.100.1");
        assertThat(proxies.forwarded().clientOf(request)).isEqualTo("6.6.6.6");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\'',
            value = {
                "for=198.51.100.1                                          | 198.51.100.1",
                "for=1.1.1.1, For=198.51.100.1;proto=https;by=10.0.0.1     | 198.51.100.1",
                "for=198.51.100.1, for=10.8.8.8                            | 198.51.100.1",
                "for=\"[2001:db8:cafe::17]:4711\"                          | 2001:db8:cafe:0:0:0:0:0/64",
                "for=\"198.51.100.1:_hidden\"                              | 198.51.100.1",
                // A quotation mark left open by the client hides nothing of what proxies add.
                "for=\"x, for=198.51.100.1                                 | 198.51.100.1",
                "for=\"x;host=\"\\, for=198.51.100.1;proto=http            | 198.51.100.1",
                // What a proxy quotes is no element of its own.
                "for=198.51.100.1;host=\"a, for=6.6.6.6\"                  | 198.51.100.1",
                "for=198.51.100.1;host=\"a\\\", for=6.6.6.6;b=\\\"\"       | 198.51.100.1",
                "for=198.51.100.1;host=\"a;for=6.6.6.6\"                   | 198.51.100.1",
                // Hidden, unknown, double or missing.
                "for=198.51.100.1, for=unknown                             | 10.0.0.1",
                "for=198.51.100.1, for=_gazonk                             | 10.0.0.1",
                "for=198.51.100.1, for=6.6.6.6;for=7.7.7.7                 | 10.0.0.1",
                "for=198.51.100.1, proto=https                             | 10.0.0.1",
                "for=198.51.100.1, for=2001:db8::zz                        | 10.0.0.1"
            })
    void forwarded_isReadFromTheRight(String header, String client) {
        ScriptedRequest request = ScriptedRequest.from(PROXY).header("Forwarded", header);
        assertThat(proxies.forwarded().clientOf(request)).isEqualTo(client);
    }

    @Test
    void ipv6Clients_ofOneNetwork_areOne() {
        TrustedProxies direct = TrustedProxies.none();
        String one = direct.clientOf(ScriptedRequest.from("2001:db8:1:2:3:4:5:6"));
        assertThat(one).isEqualTo(direct.clientOf(ScriptedRequest.from("2001:0DB8:1:2::9%eth0")));
        assertThat(one).isNotEqualTo(direct.clientOf(ScriptedRequest.from("2001:db8:1:3:3:4:5:6")));
        assertThat(direct.ipv6Prefix(48).clientOf(ScriptedRequest.from("2001:db8:1:2::9")))
                .isEqualTo(direct.ipv6Prefix(48).clientOf(ScriptedRequest.from("2001:db8:1:3::9")));
        assertThat(direct.ipv6Prefix(128).clientOf(ScriptedRequest.from("2001:db8::9")))
                .isEqualTo("2001:db8:0:0:0:0:0:9");
    }

    @ParameterizedTest
    @ValueSource(strings = {"::ffff:192.0.2.1", "192.0.2.1", "[::ffff:c000:201]", "0:0:0:0:0:ffff:192.0.2.1"})
    void oneAddress_writtenInDifferentWays_isOne(String text) {
        assertThat(TrustedProxies.none().clientOf(ScriptedRequest.from(text))).isEqualTo("192.0.2.1");
    }

    @Test
    void peer_withoutAnAddress_isNobody() {
        assertThat(proxies.clientOf(ScriptedRequest.from(null))).isNull();
        assertThat(proxies.clientOf(ScriptedRequest.from("localhost"))).isNull();
    }

    /** Only within a trusted network could it be written at all. */
    @Test
    void chain_withoutEnd_isNotFollowed() {
        List<String> hops = new ArrayList<>(List.of("198.51.100.1"));
        for (int i = 0; i < 100_000; i++) {
            hops.add("10.0.0.2");
        }
        assertThat(client(PROXY, String.join(",", hops))).isEqualTo("10.0.0.2");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "", "proxy.example.com", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/x", "2001:db8::/129", "10.0.0",
                        "1::2::3",
                "1:2:3:4:5:6:7:8:9", "12345::", "1:2:3:4:5:6:7::8", "::1.2.3", "1.2.3.4::", "1:2:3:4:5:6:7:1.2.3.4",
                        ":1", "1:"
            })
    void range_thatIsNone_isRefused(String range) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TrustedProxies.of(range))
                .withMessageContaining("'" + range + "'");
    }

    @Test
    void range_withBitsBeyondItsPrefix_isRefusedWithWhatWasMeant() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TrustedProxies.of("10.1.2.3/8"))
                .withMessageContaining("'10.1.2.3/8'")
                .withMessageContaining("10.0.0.0/8");
    }

    @Test
    void ranges_haveTheirEnds() {
        TrustedProxies narrow = TrustedProxies.of("10.0.0.128/25", "2001:db8::/33", "0.0.0.0/32");
        assertThat(narrow.clientOf(through("10.0.0.128"))).isEqualTo("198.51.100.1");
        assertThat(narrow.clientOf(through("10.0.0.255"))).isEqualTo("198.51.100.1");
        assertThat(narrow.clientOf(through("10.0.0.127"))).isEqualTo("10.0.0.127");
        assertThat(narrow.clientOf(through("10.0.1.0"))).isEqualTo("10.0.1.0");
        assertThat(narrow.clientOf(through("2001:db8:7fff::1"))).isEqualTo("198.51.100.1");
        assertThat(narrow.clientOf(through("2001:db8:8000::1"))).isEqualTo("2001:db8:8000:0:0:0:0:0/64");
        assertThat(TrustedProxies.of("0.0.0.0/0").clientOf(through("9.9.9.9"))).isEqualTo("198.51.100.1");
        assertThat(TrustedProxies.of("0.0.0.0/0").clientOf(through("2001:db8::1")))
                .isEqualTo("2001:db8:0:0:0:0:0:0/64");
        assertThat(TrustedProxies.of("::/0").clientOf(through("2001:db8::1"))).isEqualTo("198.51.100.1");
    }

    @Test
    void ipv6Prefix_outsideItsRange_isRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> proxies.ipv6Prefix(0))
                .withMessageContaining("128: 0");
    }

    private static ScriptedRequest through(String peer) {
        return ScriptedRequest.from(peer).header("X-Forwarded-For", "198.51.100.1");
    }

    private String client(String peer, String... headers) {
        ScriptedRequest request = ScriptedRequest.from(peer);
        for (String header : headers) {
            request.header("X-Forwarded-For", header);
        }
        return proxies.clientOf(request);
    }
}
