/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.samples.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.lang.reflect.Method;
import java.util.Optional;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.InvocationInterceptor;
import org.junit.jupiter.api.extension.ReflectiveInvocationContext;

/**
 * Lets a test fail where a {@link Difference} says that the adapter does otherwise, by just that; and where it does not fail
 * there, that is a failure.
 */
final class DeclaredDifferences implements InvocationInterceptor {
    @Override
    public void interceptTestMethod(
            Invocation<Void> invocation, ReflectiveInvocationContext<Method> method, ExtensionContext context)
            throws Throwable {
        Behaviour behaviour = method.getExecutable().getAnnotation(Shows.class).value();
        Adapter adapter = ((ConformanceSuite) context.getRequiredTestInstance()).adapter();
        Optional<Difference> declared = Difference.instead(behaviour, adapter);
        if (declared.isEmpty()) {
            invocation.proceed();
            return;
        }
        Throwable seen = catchThrowable(invocation::proceed);
        assertThat(seen)
                .as("%s is said not to do this: %s", adapter, declared.get())
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining(declared.get().seen());
    }
}
