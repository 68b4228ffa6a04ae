/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import org.slf4j.MDC;
import org.slf4j.spi.MDCAdapter;

/** A logger's context that fails whenever it is asked for one key, in all threads, until this is closed. Thread-safe. */
public final class FailingLogContext implements AutoCloseable {
    private final MDCAdapter before = MDC.getMDCAdapter();

    public FailingLogContext(String key) {
        set((MDCAdapter) Proxy.newProxyInstance(
                MDCAdapter.class.getClassLoader(), new Class<?>[] {MDCAdapter.class}, (proxy, method, arguments) -> {
                    if (arguments != null && key.equals(arguments[0])) {
                        throw new IllegalStateException("on purpose");
                    }
                    try {
                        return method.invoke(before, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                }));
    }

    /** Nobody else may: SLF4J lets only its own package. */
    private static void set(MDCAdapter adapter) {
        try {
            Method set = MDC.class.getDeclaredMethod("setMDCAdapter", MDCAdapter.class);
            set.setAccessible(true);
            Object unused = set.invoke(null, adapter);
        } catch (ReflectiveOperationException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public void close() {
        set(before);
    }
}
