/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline;

import static org.assertj.core.api.Assertions.assertThat;

import io.loadline.memory.MemoryReader;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import org.junit.jupiter.api.Test;

/** In a JVM that was linked without the module {@code jdk.management} less is known, and everything works. */
class MinimalRuntimeTest {

    @Test
    void service_withoutDetailedBeans_isThere() throws ReflectiveOperationException, IOException {
        try (WithoutDetails classes = new WithoutDetails()) {
            Class<?> type = classes.loadClass(Loadline.class.getName());
            Object builder = type.getMethod("builder", String.class).invoke(null, "shop");
            Object loadline = builder.getClass().getMethod("build").invoke(builder);
            Object status = type.getMethod("status").invoke(loadline);
            assertThat(type).isNotSameAs(Loadline.class);
            assertThat(status.getClass().getMethod("toJson").invoke(status).toString())
                    .contains("\"name\":\"shop\"");
            type.getMethod("close").invoke(loadline);
        }
    }

    @Test
    void memory_withoutDetailedBeans_isRead() throws ReflectiveOperationException, IOException {
        try (WithoutDetails classes = new WithoutDetails()) {
            Class<?> type = classes.loadClass(MemoryReader.class.getName());
            Object builder = type.getMethod("builder").invoke(null);
            Object reader = builder.getClass().getMethod("build").invoke(builder);

            assertThat(type.getMethod("read").invoke(reader)).isNotNull();
        }
    }

    /** Loads Loadline anew, and finds nothing of {@code com.sun.management}. */
    private static final class WithoutDetails extends URLClassLoader {
        WithoutDetails() {
            super(
                    new URL[] {
                        Loadline.class.getProtectionDomain().getCodeSource().getLocation()
                    },
                    Loadline.class.getClassLoader());
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (name.startsWith("com.sun.management.")) {
                throw new ClassNotFoundException(name);
            }
            if (!name.startsWith("io.loadline.")) {
                return super.loadClass(name, resolve);
            }
            synchronized (getClassLoadingLock(name)) {
                Class<?> loaded = findLoadedClass(name);
                return loaded == null ? findClass(name) : loaded;
            }
        }
    }
}
