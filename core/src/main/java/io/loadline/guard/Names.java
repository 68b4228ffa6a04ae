/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.guard;

import static io.loadline.internal.Checks.checkArgument;

/** Names of dependencies, which may hold anything: hosts, paths, what a configuration file says. Stateless. */
final class Names {
    private static final int MAX_LENGTH = 200;

    private Names() {}

    static String check(String name) {
        checkArgument(!name.isBlank(), "name must not be blank: '%s'", name);
        checkArgument(
                name.length() <= MAX_LENGTH,
                "name must not have more than %s characters: %s of '%s...'",
                MAX_LENGTH,
                name.length(),
                name.substring(0, Math.min(20, name.length())));
        return name;
    }

    /** The name without what would end a line of a log, or colour it. */
    static String printable(String name) {
        for (int i = 0; i < name.length(); i++) {
            if (Character.isISOControl(name.charAt(i))) {
                return name.replaceAll("\\p{Cntrl}", "?");
            }
        }
        return name;
    }
}
