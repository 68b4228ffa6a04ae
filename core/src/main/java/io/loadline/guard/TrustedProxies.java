/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.guard;

import static io.loadline.internal.Checks.checkArgument;

import java.util.Collection;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The proxies that are believed when they say for whom they ask, and what the address of a client is behind them. Immutable.
 *
 * <p>Each proxy adds the address it was asked by at the right end of a header. So that is read from the right, as long as
 * whoever wrote an entry is trusted; what stands left of the first that is not may be anybody's invention and is not looked
 * at. An entry that is no address ends it, too: the client then is the last proxy that was trusted. Names are never looked
 * up in DNS.
 *
 * <p>One header is read, {@code X-Forwarded-For} unless it is {@link #forwarded()}: choose the one your proxies write. Any
 * other comes from the client.
 */
public final class TrustedProxies {
    /*
     * Of Forwarded (RFC 7239) it is the elements, and of these the values, that are read from the right: a quotation mark
     * that a client has left open ends before the first comma that a proxy has put there.
     */
    private static final Logger LOG = LoggerFactory.getLogger(TrustedProxies.class);
    private static final String X_FORWARDED_FOR = "X-Forwarded-For";
    private static final String FORWARDED = "Forwarded";
    private static final int DEFAULT_IPV6_PREFIX = 64;
    private static final Pattern PORT = Pattern.compile(":([0-9]{1,5}|_[A-Za-z0-9._-]{1,64})");

    /** Nobody has as many proxies; a client may write as many. */
    private static final int MOST_HOPS = 32;

    private static final TrustedProxies NONE = new TrustedProxies(List.of(), false, DEFAULT_IPV6_PREFIX);

    private final List<IpRange> ranges;
    private final boolean forwarded;
    private final int ipv6Prefix;

    /** Whether it was logged that a proxy may be missing; written by whoever does. */
    private final AtomicBoolean told = new AtomicBoolean();

    private TrustedProxies(List<IpRange> ranges, boolean forwarded, int ipv6Prefix) {
        this.ranges = ranges;
        this.forwarded = forwarded;
        this.ipv6Prefix = ipv6Prefix;
    }

    /** Nobody is believed: the client is whoever is at the other end of the connection. */
    public static TrustedProxies none() {
        return NONE;
    }

    /**
     * Those with addresses in one of these ranges, such as {@code 10.0.0.0/8}, {@code fd00::/8} or {@code 192.0.2.7}.
     *
     * @throws IllegalArgumentException if one is no address or range, or has bits beyond its prefix
     */
    public static TrustedProxies of(String... ranges) {
        return of(List.of(ranges));
    }

    /**
     * The same.
     *
     * @throws IllegalArgumentException if one is no address or range, or has bits beyond its prefix
     */
    public static TrustedProxies of(Collection<String> ranges) {
        return new TrustedProxies(ranges.stream().map(IpRange::parse).toList(), false, DEFAULT_IPV6_PREFIX);
    }

    /** The same proxies, which write {@code Forwarded} of RFC 7239. */
    public TrustedProxies forwarded() {
        return new TrustedProxies(ranges, true, ipv6Prefix);
    }

    /**
     * The same, but IPv6 clients with the same first {@code bits} are one: providers give away whole networks. Default: 64.
     *
     * @throws IllegalArgumentException unless it is between 1 and 128
     */
    public TrustedProxies ipv6Prefix(int bits) {
        checkArgument(bits >= 1 && bits <= IpAddress.BITS, "ipv6Prefix must be between 1 and 128: %s", bits);
        return new TrustedProxies(ranges, forwarded, bits);
    }

    /** The address of the client, or of its IPv6 network; null if the connection has none. */
    public @Nullable String clientOf(ClientRequest request) {
        String remote = request.remoteAddress();
        if (remote == null) {
            return null;
        }
        IpAddress peer = IpAddress.parse(unbracketed(remote));
        if (peer == null) {
            return null;
        }
        if (!isTrusted(peer)) {
            if (!told.get() && !request.headers(header()).isEmpty() && told.compareAndSet(false, true)) {
                LOG.warn(
                        "{} has sent {}, but is none of the trusted proxies, so it counts as the client itself. If it is a"
                                + " proxy of yours, trust it, or all behind it share one quota. This is logged once",
                        peer,
                        header());
            }
            boolean written = peer.isIpv4() && remote.indexOf(':') < 0;
            return written ? remote : key(peer);
        }
        return key(walk(peer, request.headers(header())));
    }

    private String header() {
        return forwarded ? FORWARDED : X_FORWARDED_FOR;
    }

    private IpAddress walk(IpAddress peer, List<String> values) {
        IpAddress client = peer;
        int hops = 0;
        for (int i = values.size() - 1; i >= 0; i--) {
            String value = values.get(i);
            int end = value.length();
            while (end >= 0) {
                if (!isTrusted(client) || ++hops > MOST_HOPS) {
                    return client;
                }
                int comma = lastOf(',', value, end);
                String entry = value.substring(comma + 1, end);
                IpAddress before = forwarded ? forwardedFor(entry) : node(entry.strip());
                if (before == null) {
                    return client;
                }
                client = before;
                end = comma;
            }
        }
        return client;
    }

    /** The last separator before {@code end} that is not within quotation marks; -1 if there is none. */
    private int lastOf(char separator, String value, int end) {
        boolean quoted = false;
        for (int i = end - 1; i >= 0; i--) {
            char c = value.charAt(i);
            if (c == '"' && forwarded && !isEscaped(value, i)) {
                quoted = !quoted;
            } else if (c == separator && !quoted) {
                return i;
            }
        }
        return -1;
    }

    private static boolean isEscaped(String value, int at) {
        int backslashes = 0;
        while (backslashes < at && value.charAt(at - 1 - backslashes) == '\\') {
            backslashes++;
        }
        return backslashes % 2 == 1;
    }

    /** The address of the parameter {@code for}; null if there is not exactly one, or it is hidden. */
    private @Nullable IpAddress forwardedFor(String element) {
        IpAddress found = null;
        int count = 0;
        for (int end = element.length(); end >= 0; ) {
            int semicolon = lastOf(';', element, end);
            String pair = element.substring(semicolon + 1, end).strip();
            if (pair.regionMatches(true, 0, "for=", 0, 4)) {
                found = node(unquoted(pair.substring(4)));
                count++;
            }
            end = semicolon;
        }
        return count == 1 ? found : null;
    }

    private static String unquoted(String value) {
        boolean quoted = value.length() >= 2 && value.startsWith("\"") && value.endsWith("\"");
        return quoted ? value.substring(1, value.length() - 1) : value;
    }

    /** An address that may have a port, and brackets if it is one of IPv6. */
    private static @Nullable IpAddress node(String text) {
        if (text.startsWith("[")) {
            int close = text.indexOf(']');
            boolean wellFormed = close > 0 && (close + 1 == text.length() || isPort(text, close + 1));
            IpAddress address = wellFormed ? IpAddress.parse(text.substring(1, close)) : null;
            return address == null || text.lastIndexOf(':', close) < 0 ? null : address;
        }
        int colon = text.indexOf(':');
        if (colon >= 0 && colon == text.lastIndexOf(':')) {
            return isPort(text, colon) ? IpAddress.parse(text.substring(0, colon)) : null;
        }
        return IpAddress.parse(text);
    }

    /** Hidden ports begin with an underscore (RFC 7239). */
    private static boolean isPort(String text, int colon) {
        return PORT.matcher(text).region(colon, text.length()).matches();
    }

    private static String unbracketed(String text) {
        return text.startsWith("[") && text.endsWith("]") ? text.substring(1, text.length() - 1) : text;
    }

    private boolean isTrusted(IpAddress address) {
        for (IpRange range : ranges) {
            if (range.contains(address)) {
                return true;
            }
        }
        return false;
    }

    private String key(IpAddress client) {
        return client.isIpv4() || ipv6Prefix == IpAddress.BITS
                ? client.toString()
                : client.prefix(ipv6Prefix) + "/" + ipv6Prefix;
    }
}
