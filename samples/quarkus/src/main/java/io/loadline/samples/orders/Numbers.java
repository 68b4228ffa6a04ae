/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.samples.orders;

import jakarta.ws.rs.BadRequestException;

/** Numbers that come from outside. Stateless. */
final class Numbers {
    private Numbers() {}

    /** @throws BadRequestException if it is none */
    static long parse(String name, String text) {
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            throw new BadRequestException(name + " must be a number: " + text, e);
        }
    }
}
