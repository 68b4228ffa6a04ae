/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaAccess.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.lang.conditions.ArchConditions.be;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** The rules of the architecture that a compiler does not know. */
class ArchitectureTest {
    private static final String ROOT = "io.loadline";

    /** From the bottom up: a package knows those of lower levels only, not its neighbours. */
    private static final List<Set<String>> LEVELS = List.of(
            Set.of("internal"),
            Set.of("time"),
            Set.of("limit", "memory", "availability"),
            Set.of("startup", "drain", "guard"),
            Set.of("signal"),
            Set.of("advice"),
            Set.of("metrics", "config"),
            Set.of("management"));

    /** Interfaces that users implement too: the implementations that come with Loadline may be public. */
    private static final Set<String> OPEN_INTERFACES = Set.of(
            ROOT + ".limit.LimitAlgorithm",
            ROOT + ".limit.RequestTiming",
            ROOT + ".drain.DrainParticipant",
            ROOT + ".config.SettingsPart",
            ROOT + ".config.SettingsAuthorization",
            ROOT + ".signal.Saturation",
            ROOT + ".time.Ticker");

    private static final JavaClasses CORE = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages(ROOT);

    @Test
    void packages_haveNoCycles() {
        check(slices().matching(ROOT + ".(**)").should().beFreeOfCycles());
    }

    @Test
    void packages_knowLowerLevelsOnly() {
        for (int level = 0; level < LEVELS.size(); level++) {
            for (String name : LEVELS.get(level)) {
                check(noClasses()
                        .that()
                        .resideInAPackage(ROOT + "." + name)
                        .should()
                        .dependOnClassesThat(
                                resideInAPackage(ROOT + "..").and(DescribedPredicate.not(inOneOf(below(level, name)))))
                        .as("Package " + name + " should know no other of Loadline's packages than "
                                + below(level, name)));
            }
        }
    }

    @Test
    void packages_areThoseOfTheArchitecture() {
        Set<String> known = below(LEVELS.size(), "");
        known.add(ROOT);
        check(classes().should(be(inOneOf(known))).as("Classes should reside in one of " + known));
    }

    @Test
    void packages_areNullMarked() {
        Set<String> unmarked = new TreeSet<>();
        for (JavaClass type : CORE) {
            if (type.getPackage().tryGetPackageInfo().isEmpty()
                    || !type.getPackage().isAnnotatedWith(NullMarked.class)) {
                unmarked.add(type.getPackageName());
            }
        }
        assertThat(unmarked).as("packages without a @NullMarked package-info").isEmpty();
    }

    @Test
    void clock_isReadBySystemTickerOnly() {
        check(noClasses()
                .that()
                .doNotHaveFullyQualifiedName(ROOT + ".time.SystemTicker")
                .should()
                .accessTargetWhere(uses(System.class, "nanoTime"))
                .because("time is a parameter: take a Ticker"));
        check(noClasses()
                .should()
                .accessTargetWhere(uses(System.class, "currentTimeMillis"))
                .because("wall clocks jump: take a Ticker, or Instant for people"));
    }

    /** A native executable is initialised where it is built. */
    @Test
    void processors_areNoConstant() {
        check(noClasses()
                .should()
                .accessTargetWhere(uses(Runtime.class, "availableProcessors")
                        .and(describe(
                                "from a static initializer",
                                access -> access.getOrigin().getName().equals("<clinit>"))))
                .because("the machine it is built on is not the one it runs on"));
    }

    @Test
    void threads_neverSleep() {
        check(noClasses()
                .should()
                .accessTargetWhere(uses(Thread.class, "sleep").or(uses(TimeUnit.class, "sleep")))
                .because("a wait ends on a condition or a deadline"));
    }

    @Test
    void output_goesThroughTheLogger() {
        check(noClasses()
                .should()
                .accessTargetWhere(uses(System.class, "out|err").or(uses(Throwable.class, "printStackTrace")))
                .because("a library logs through SLF4J"));
    }

    @Test
    void shutdownHook_hasOneOwner() {
        DescribedPredicate<JavaAccess<?>> addsHook = uses(Runtime.class, "addShutdownHook");
        Set<String> owners = new TreeSet<>();
        for (JavaClass type : CORE) {
            if (type.getAccessesFromSelf().stream().anyMatch(addsHook)) {
                owners.add(outermost(type).getName());
            }
        }
        assertThat(owners)
                .as("classes that add a shutdown hook")
                .hasSizeLessThanOrEqualTo(1)
                .allMatch(name -> CORE.get(name).isAssignableTo(ROOT + ".drain.TerminationSignal"));
    }

    @Test
    void libraries_areFew() {
        check(classes()
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(
                        ROOT + "..",
                        "java..",
                        "javax.management..",
                        "com.sun.management..",
                        "com.sun.net.httpserver..",
                        "jdk.jfr..",
                        "org.jspecify.annotations..",
                        "com.google.errorprone.annotations..",
                        "org.slf4j..",
                        "io.micrometer..",
                        "io.github.resilience4j..",
                        "com.github.benmanes.caffeine..",
                        ""));
    }

    @Test
    void libraries_areUsedWhereTheyBelong() {
        check(noClasses()
                .that()
                .resideOutsideOfPackages(ROOT, ROOT + ".metrics")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.micrometer.."));
        check(noClasses()
                .that()
                .resideOutsideOfPackage(ROOT + ".guard")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.github.resilience4j..", "com.github.benmanes.caffeine.."));
    }

    @Test
    void implementations_areHidden() {
        check(classes().that().haveSimpleNameStartingWith("Default").should().notBePublic());
        check(classes()
                .that(describe("implement a public interface of their package", ArchitectureTest::implementsNeighbour))
                .should()
                .notBePublic()
                .because("users get them from the interface"));
    }

    @Test
    void durations_areDurations() {
        check(methods()
                .that()
                .arePublic()
                .and()
                .areDeclaredInClassesThat()
                .arePublic()
                .should()
                .notHaveRawParameterTypes(describe(
                        "a TimeUnit", types -> types.stream().anyMatch(type -> type.isEquivalentTo(TimeUnit.class)))));
    }

    @Test
    void state_isPrivateAndOwned() {
        check(fields().that()
                .arePublic()
                .and()
                .areDeclaredInClassesThat()
                .arePublic()
                .should()
                .beFinal());
        check(fields().that().areStatic().should().beFinal().because("global state can not be configured twice"));
    }

    @Test
    void exceptions_areFinal() {
        check(classes().that().areAssignableTo(Throwable.class).should().haveModifier(JavaModifier.FINAL));
    }

    /** Packages that are still to come have no classes: a rule without subjects holds. */
    private static void check(ArchRule rule) {
        rule.allowEmptyShould(true).check(CORE);
    }

    private static Set<String> below(int level, String self) {
        Set<String> packages = new TreeSet<>();
        LEVELS.subList(0, level).forEach(names -> names.forEach(name -> packages.add(ROOT + "." + name)));
        if (!self.isEmpty()) {
            packages.add(ROOT + "." + self);
        }
        return packages;
    }

    private static DescribedPredicate<JavaClass> inOneOf(Set<String> packages) {
        return describe("reside in one of " + packages, type -> packages.contains(type.getPackageName()));
    }

    /** Calls, field reads and method references. */
    private static DescribedPredicate<JavaAccess<?>> uses(Class<?> type, String member) {
        return target(owner(assignableTo(type)))
                .and(target(nameMatching(member)))
                .as("%s.%s", type.getSimpleName(), member);
    }

    private static boolean implementsNeighbour(JavaClass type) {
        return !type.isInterface()
                && !type.isRecord()
                && !type.isEnum()
                && type.getAllRawInterfaces().stream()
                        .filter(each -> each.getPackageName().equals(type.getPackageName()))
                        .filter(each -> each.getModifiers().contains(JavaModifier.PUBLIC))
                        .anyMatch(each -> !OPEN_INTERFACES.contains(each.getName()));
    }

    private static JavaClass outermost(JavaClass type) {
        return type.getEnclosingClass().map(ArchitectureTest::outermost).orElse(type);
    }
}
