/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring;

import static io.loadline.spring.LoadlineFactory.check;

import io.loadline.guard.ClientKey;
import io.loadline.guard.Quota;
import io.loadline.guard.TrustedProxies;
import io.loadline.spring.LoadlineProperties.ClientClass;
import io.loadline.spring.LoadlineProperties.ClientQuotas;
import io.loadline.spring.LoadlineProperties.ForwardingHeader;
import io.loadline.spring.LoadlineProperties.RouteQuota;
import io.loadline.spring.LoadlineProperties.RouteSettings;
import io.loadline.spring.internal.ClientQuota;
import io.loadline.spring.internal.InvalidSettingException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;

/** Makes the quota of the settings, and what tells its clients. Stateless. */
final class QuotaFactory {
    static final String BEAN_NAME = "loadlineQuota";
    static final String PREFIX = "loadline.guard.quota";
    private static final String KEY = PREFIX + ".key";
    private static final String HEADER = "header:";
    private static final String PRINCIPAL = "principal";
    private static final String ADDRESS = "ip";
    private static final String BEAN = "bean";
    private static final Duration PERIOD = Duration.ofSeconds(1);

    private QuotaFactory() {}

    static Quota quota(
            ClientQuotas settings,
            Map<String, RouteSettings> groups,
            ObjectProvider<QuotaBuilderCustomizer> customizers) {
        Quota.Builder builder = Quota.builder("http");
        Duration period = settings.period() == null ? PERIOD : settings.period();
        limit(PREFIX, settings.limit(), period, builder::limit);
        set("max-clients", settings.maxClients(), builder::maxClients);
        set("enforcement", settings.enforcement(), builder::enforcement);
        set("missing-keys", settings.missingKeys(), builder::missingKeys);
        if (settings.newcomers() != null) {
            limit(PREFIX + ".newcomers", settings.newcomers(), period, builder::newcomers);
        }
        classes(builder, settings.classes(), period);
        new TreeMap<>(settings.routes()).forEach((name, route) -> {
            String key = RouteSettingsFactory.key(PREFIX + ".routes", name);
            String[] members = members(name, route, groups).toArray(String[]::new);
            limit(
                    key,
                    route.limit(),
                    route.period() == null ? period : route.period(),
                    (permits, per) -> builder.route(name, permits, per, members));
        });
        customizers.orderedStream().forEach(customizer -> customizer.customize(builder));
        return builder.build();
    }

    /** The names of all routes that have a limit for each client. */
    static Set<String> routes(ClientQuotas settings, Map<String, RouteSettings> groups) {
        Set<String> names = new TreeSet<>();
        settings.routes().forEach((name, route) -> {
            List<String> members = members(name, route, groups);
            names.addAll(members.isEmpty() ? List.of(name) : members);
        });
        return names;
    }

    private static List<String> members(String name, RouteQuota route, Map<String, RouteSettings> groups) {
        RouteSettings group = groups.get(name);
        return route.routes().isEmpty() && group != null ? group.routes() : route.routes();
    }

    private static void classes(Quota.Builder builder, Map<String, ClientClass> classes, Duration period) {
        Map<String, String> classOf = new HashMap<>();
        new TreeMap<>(classes).forEach((name, settings) -> {
            String key = PREFIX + ".classes." + name;
            limit(
                    key,
                    settings.limit(),
                    settings.period() == null ? period : settings.period(),
                    (permits, per) -> builder.clientClass(name, permits, per));
            for (String client : settings.clients()) {
                String other = classOf.put(client, name);
                if (other != null) {
                    throw new InvalidSettingException(
                            key + ".clients",
                            settings.clients(),
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
    private static void limit(String key, @Nullable Integer permits, Duration period, Limit limit) {
        if (permits == null) {
            throw new InvalidSettingException(key + ".limit", null, "it must be set", null);
        }
        Object unused = check(
                permits >= 1 ? key + ".limit and its period" : key + ".limit",
                permits >= 1 ? permits + " and " + period : permits,
                () -> limit.set(permits, period));
    }

    static ClientQuota clients(Quota quota, ClientQuotas settings, ObjectProvider<ClientKey> beans) {
        String key = settings.key() == null ? ADDRESS : settings.key().strip();
        boolean address = key.equals(ADDRESS);
        if (!address) {
            String unless = KEY + " is " + ADDRESS;
            reject("trusted-proxies", settings.trustedProxies().isEmpty() ? null : settings.trustedProxies(), unless);
            reject("forwarding-header", settings.forwardingHeader(), unless);
            reject("ipv6-prefix", settings.ipv6Prefix(), unless);
        }
        ClientKey keyOf;
        if (address) {
            keyOf = ClientKey.address(proxies(settings));
        } else if (key.equals(PRINCIPAL)) {
            keyOf = ClientKey.principal();
        } else if (key.equals(BEAN)) {
            keyOf = beans.getIfUnique();
            if (keyOf == null) {
                throw new InvalidSettingException(
                        KEY, key, "there must be one bean of type " + ClientKey.class.getName(), null);
            }
        } else if (key.startsWith(HEADER)) {
            keyOf = check(
                    KEY,
                    key,
                    () -> ClientKey.header(key.substring(HEADER.length()).strip()));
        } else {
            throw new InvalidSettingException(
                    KEY,
                    key,
                    "it is ip, principal, bean, or header: with the name of a header, such as header:X-Api-Key",
                    null);
        }
        return new ClientQuota(quota, keyOf, key.equals(PRINCIPAL));
    }

    static TrustedProxies proxies(ClientQuotas settings) {
        TrustedProxies proxies = check(
                PREFIX + ".trusted-proxies",
                settings.trustedProxies(),
                () -> TrustedProxies.of(settings.trustedProxies()));
        if (settings.forwardingHeader() == ForwardingHeader.FORWARDED) {
            proxies = proxies.forwarded();
        }
        Integer prefix = settings.ipv6Prefix();
        TrustedProxies known = proxies;
        return prefix == null ? known : check(PREFIX + ".ipv6-prefix", prefix, () -> known.ipv6Prefix(prefix));
    }

    /** Settings of a quota that there is not. */
    static void checkUnused(ClientQuotas settings) {
        if (settings.limit() != null) {
            return;
        }
        reject("period", settings.period());
        reject("key", settings.key());
        reject("enforcement", settings.enforcement());
        reject("max-clients", settings.maxClients());
        reject("newcomers", settings.newcomers());
        reject("missing-keys", settings.missingKeys());
        reject("trusted-proxies", settings.trustedProxies().isEmpty() ? null : settings.trustedProxies());
        reject("forwarding-header", settings.forwardingHeader());
        reject("ipv6-prefix", settings.ipv6Prefix());
        reject(
                "classes",
                settings.classes().isEmpty() ? null : settings.classes().keySet());
        reject("routes", settings.routes().isEmpty() ? null : settings.routes().keySet());
    }

    private static void reject(String name, @Nullable Object value) {
        reject(name, value, PREFIX + ".limit is set");
    }

    private static void reject(String name, @Nullable Object value, String unless) {
        if (value != null) {
            throw new InvalidSettingException(PREFIX + "." + name, value, "it has no effect unless " + unless, null);
        }
    }

    private static <T> void set(String name, @Nullable T value, Function<T, ?> setter) {
        if (value != null) {
            Object unused = check(PREFIX + "." + name, value, () -> setter.apply(value));
        }
    }
}
