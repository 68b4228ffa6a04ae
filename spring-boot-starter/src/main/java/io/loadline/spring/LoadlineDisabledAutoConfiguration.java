/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring;

import io.loadline.startup.Deferred;
import io.loadline.startup.StartupStage;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.LazyInitializationExcludeFilter;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Lazy;

/** Runs the application's startup stages where Loadline is switched off: without them it would serve without its data. */
@AutoConfiguration
@ConditionalOnProperty(name = "loadline.enabled", havingValue = "false")
public final class LoadlineDisabledAutoConfiguration {

    /** Static, since it looks at every bean, of this class too. */
    @Bean
    static DeferredStartupMethods loadlineDeferredStartupMethods() {
        return new DeferredStartupMethods();
    }

    @Bean
    static LazyInitializationExcludeFilter loadlineDeferredStartupExcludeFilter() {
        return DeferredStartupMethods.excludeFilter();
    }

    @Bean
    @Lazy(false)
    InlineStages loadlineInlineStages(
            DeferredStartupMethods methods,
            ObjectProvider<StartupStage> stages,
            ObjectProvider<Deferred<?>> values,
            ObjectProvider<StartupBuilderCustomizer> customizers) {
        return new InlineStages(methods, stages, values, customizers);
    }
}
