/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.quarkus.runtime.config;

import static io.loadline.quarkus.runtime.config.Setting.check;
import static io.loadline.quarkus.runtime.config.Setting.key;
import static io.loadline.quarkus.runtime.config.Setting.list;
import static io.loadline.quarkus.runtime.config.Setting.refused;

import io.loadline.guard.ClientKey;
import io.loadline.guard.Quota;
import io.loadline.guard.TrustedProxies;
import io.loadline.quarkus.QuotaBuilderCustomizer;
import io.loadline.quarkus.runtime.config.GuardConfig.ClientClass;
import io.loadline.quarkus.runtime.config.GuardConfig.ForwardingHeader;
import io.loadline.quarkus.runtime.config.GuardConfig.Quotas;
import io.loadline.quarkus.runtime.config.GuardConfig.RouteQuota;
import io.loadline.quarkus.runtime.config.LimitConfig.RouteSettings;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Makes the quota of the settings, and what tells its clients. Stateless. */
public final class QuotaSettings {
    private static final String PREFIX = "guard.quota";
    private static final String KEY = PREFIX + ".key";
    private static final String HEADER = "header:";
    private static final String PRINCIPAL = "principal";
    private static final String ADDRESS = "ip";
    private static final String BEAN = "bean";
    private static final Duration PERIOD = Duration.ofSeconds(1);

    private QuotaSettings() {}

    /** The quota; empty if none is set, and no setting of it may be, then. */
    public static Optional<Quota> quota(
            Quotas settings, Map<String, RouteSettings> groups, List<QuotaBuilderCustomizer> customizers) {
        if (settings.limit().isEmpty()) {
            rejectAll(settings);
            return Optional.empty();
        }
        Quota.Builder builder = Quota.builder("http");
        Duration period = settings.period().orElse(PERIOD);
        limit(PREFIX, settings.limit(), period, builder::limit);
        set("max-clients", settings.maxClients(), builder::maxClients);
        set("enforcement", settings.enforcement(), builder::enforcement);
        set("missing-keys", settings.missingKeys(), builder::missingKeys);
        if (settings.newcomers().isPresent()) {
            limit(PREFIX + ".newcomers", settings.newcomers(), period, builder::newcomers);
        }
        classes(builder, settings.classes(), period);
        new TreeMap<>(settings.routes()).forEach((name, route) -> {
            String[] members = members(name, route, groups).toArray(String[]::new);
            limit(
                    key(PREFIX + ".routes", name),
                    route.limit(),
                    route.period().orElse(period),
                    (permits, per) -> builder.route(name, permits, per, members));
        });
        customizers.forEach(customizer -> customizer.customize(builder));
        return Optional.of(builder.build());
    }

    /** The names of all routes that have a limit for each client. */
    public static Set<String> routeNames(Quotas settings, Map<String, RouteSettings> groups) {
        Set<String> names = new TreeSet<>();
        settings.routes().forEach((name, route) -> {
            List<String> members = members(name, route, groups);
            names.addAll(members.isEmpty() ? List.of(name) : members);
        });
        return names;
    }

    /** Whether clients are told by who they are, which only security knows. */
    public static boolean isAfterSecurity(Quotas settings) {
        return keyOf(settings).equals(PRINCIPAL);
    }

    /**
     * What tells the client.
     *
     * @param bean the application's one; null if it has none, or several
     */
    public static ClientKey clientKey(Quotas settings, Supplier<@Nullable ClientKey> bean) {
        String key = keyOf(settings);
        if (key.equals(ADDRESS)) {
            return ClientKey.address(proxies(settings));
        }
        String unless = "quarkus.loadline." + KEY + " is " + ADDRESS;
        reject("trusted-proxies", settings.trustedProxies(), unless);
        reject("forwarding-header", settings.forwardingHeader(), unless);
        reject("ipv6-prefix", settings.ipv6Prefix(), unless);
        if (key.equals(PRINCIPAL)) {
            return ClientKey.principal();
        }
        if (key.equals(BEAN)) {
            ClientKey own = bean.get();
            if (own == null) {
                throw refused(KEY, key, "there must be one bean of type " + ClientKey.class.getName(), null);
            }
            return own;
        }
        if (key.startsWith(HEADER)) {
            return check(
                    KEY,
                    key,
                    () -> ClientKey.header(key.substring(HEADER.length()).strip()));
        }
        throw refused(
                KEY,
                key,
                "it is ip, principal, bean, or header: with the name of a header, such as header:X-Api-Key",
                null);
    }

    private static String keyOf(Quotas settings) {
        return settings.key().map(String::strip).orElse(ADDRESS);
    }

    private static List<String> members(String name, RouteQuota route, Map<String, RouteSettings> groups) {
        RouteSettings group = groups.get(name);
        List<String> members = list(route.routes());
        return members.isEmpty() && group != null ? list(group.routes()) : members;
    }

    private static void classes(Quota.Builder builder, Map<String, ClientClass> classes, Duration period) {
        Map<String, String> classOf = new HashMap<>();
        new TreeMap<>(classes).forEach((name, settings) -> {
            String key = key(PREFIX + ".classes", name);
            limit(
                    key,
                    settings.limit(),
                    settings.period().orElse(period),
                    (permits, per) -> builder.clientClass(name, permits, per));
            for (String client : list(settings.clients())) {
                String other = classOf.put(client, name);
                if (other != null) {
                    throw refused(
                            key + ".clients",
                            list(settings.clients()),
                            "a client of it is of class " + other + ", too",
                            null);
                }
            }
        });
        if (!classOf.isEmpty()) {
            Quota.Builder unused = builder.classOf(classOf::get);
        }
    }

    private interface Limit {
        Quota.Builder set(int permits, Duration per);
    }

    /** Which of both is wrong the message says; the period has a default. */
    private static void limit(String key, Optional<Integer> permits, Duration period, Limit limit) {
        if (permits.isEmpty()) {
            throw refused(key + ".limit", null, "it must be set", null);
        }
        int number = permits.get();
        Object unused =
                check(key + ".limit", number >= 1 ? number + " in " + period : number, () -> limit.set(number, period));
    }

    private static TrustedProxies proxies(Quotas settings) {
        List<String> trusted = list(settings.trustedProxies());
        TrustedProxies proxies = check(PREFIX + ".trusted-proxies", trusted, () -> TrustedProxies.of(trusted));
        if (settings.forwardingHeader().orElse(null) == ForwardingHeader.FORWARDED) {
            proxies = proxies.forwarded();
        }
        Optional<Integer> prefix = settings.ipv6Prefix();
        TrustedProxies known = proxies;
        return prefix.isEmpty()
                ? known
                : check(PREFIX + ".ipv6-prefix", prefix.get(), () -> known.ipv6Prefix(prefix.get()));
    }

    private static void rejectAll(Quotas settings) {
        String unless = "quarkus.loadline." + PREFIX + ".limit is set";
        reject("period", settings.period(), unless);
        reject("key", settings.key(), unless);
        reject("enforcement", settings.enforcement(), unless);
        reject("max-clients", settings.maxClients(), unless);
        reject("newcomers", settings.newcomers(), unless);
        reject("missing-keys", settings.missingKeys(), unless);
        reject("trusted-proxies", settings.trustedProxies(), unless);
        reject("forwarding-header", settings.forwardingHeader(), unless);
        reject("ipv6-prefix", settings.ipv6Prefix(), unless);
        reject("classes", unlessEmpty(settings.classes()), unless);
        reject("routes", unlessEmpty(settings.routes()), unless);
    }

    private static Optional<Set<String>> unlessEmpty(Map<String, ?> map) {
        return Optional.of(map.keySet()).filter(names -> !names.isEmpty());
    }

    private static void reject(String name, Optional<?> value, String unless) {
        Setting.reject(PREFIX + "." + name, value, "unless " + unless);
    }

    private static <T> void set(String name, Optional<T> value, Function<T, ?> setter) {
        Setting.set(PREFIX + "." + name, value, setter);
    }
}
