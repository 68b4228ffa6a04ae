/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.samples.conformance;

/** The starter on Reactor Netty. */
class NettyIT extends ConformanceSuite {
    NettyIT() {
        super(Adapter.NETTY);
    }
}
