/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.core.io.ClassPathResource;

/** The rules for a starter that a compiler does not know. */
class StarterArchitectureTest {
    private static final String ROOT = "io.loadline.spring";
    private static final JavaClasses STARTER = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages(ROOT);

    @Test
    void autoConfigurations_arePublicAndFinal() {
        classes()
                .that()
                .areAnnotatedWith(AutoConfiguration.class)
                .should()
                .bePublic()
                .andShould()
                .haveModifier(JavaModifier.FINAL)
                .check(STARTER);
    }

    @Test
    void autoConfigurations_havePublicConstructorsOnly() {
        methods()
                .that()
                .areDeclaredInClassesThat()
                .areAnnotatedWith(AutoConfiguration.class)
                .should()
                .notBePublic()
                .check(STARTER);
        methods().that().areAnnotatedWith(Bean.class).should().notBePublic().check(STARTER);
    }

    @Test
    void autoConfigurations_areRegistered() throws IOException {
        Set<String> annotated = STARTER.stream()
                .filter(type -> type.isAnnotatedWith(AutoConfiguration.class))
                .map(JavaClass::getName)
                .collect(Collectors.toSet());
        String file = "META-INF/spring/" + AutoConfiguration.class.getName() + ".imports";
        // The first of that name is ours: it comes from the classes of this module.
        List<String> registered = new ClassPathResource(file)
                .getContentAsString(StandardCharsets.UTF_8)
                .lines()
                .toList();
        assertThat(registered).containsExactlyInAnyOrderElementsOf(annotated);
    }

    @Test
    void packages_haveNoCycles() {
        slices().matching(ROOT + ".(*)..").should().beFreeOfCycles().check(STARTER);
    }

    @Test
    void servers_areUsedOnTheirOwnSide() {
        noClasses()
                .that()
                .resideOutsideOfPackage(ROOT + ".servlet")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("org.springframework.web.servlet..", "org.springframework.boot.web.servlet..")
                .check(STARTER);
        noClasses()
                .that()
                .resideOutsideOfPackage(ROOT + ".reactive")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("org.springframework.web.reactive..", "reactor..")
                .check(STARTER);
        noClasses()
                .that()
                .resideInAnyPackage(ROOT, ROOT + ".internal")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("jakarta.servlet..", "org.springframework.boot.actuate..")
                .check(STARTER);
    }

    @Test
    void output_goesThroughTheLogger() {
        noClasses()
                .should()
                .accessField(System.class, "out")
                .orShould()
                .accessField(System.class, "err")
                .orShould()
                .callMethod(Thread.class, "sleep", long.class)
                .check(STARTER);
    }
}
