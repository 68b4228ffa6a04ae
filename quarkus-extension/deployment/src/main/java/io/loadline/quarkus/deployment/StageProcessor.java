/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.quarkus.deployment;

import io.loadline.quarkus.runtime.LoadlineRecorder;
import io.loadline.quarkus.runtime.StageMethods;
import io.loadline.startup.DeferredStartup;
import io.loadline.startup.StageContext;
import io.quarkus.arc.deployment.AutoAddScopeBuildItem;
import io.quarkus.arc.deployment.BeanArchiveIndexBuildItem;
import io.quarkus.arc.deployment.BeanDiscoveryFinishedBuildItem;
import io.quarkus.arc.deployment.SyntheticBeanBuildItem;
import io.quarkus.arc.deployment.UnremovableBeanBuildItem;
import io.quarkus.arc.deployment.ValidationPhaseBuildItem.ValidationErrorBuildItem;
import io.quarkus.arc.processor.BeanInfo;
import io.quarkus.arc.processor.BuiltinScope;
import io.quarkus.deployment.annotations.BuildProducer;
import io.quarkus.deployment.annotations.BuildStep;
import io.quarkus.deployment.annotations.ExecutionTime;
import io.quarkus.deployment.annotations.Record;
import io.quarkus.deployment.builditem.nativeimage.ReflectiveMethodBuildItem;
import jakarta.enterprise.inject.spi.DefinitionException;
import jakarta.inject.Singleton;
import java.lang.reflect.Modifier;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.jboss.jandex.AnnotationInstance;
import org.jboss.jandex.AnnotationValue;
import org.jboss.jandex.ClassInfo;
import org.jboss.jandex.DotName;
import org.jboss.jandex.IndexView;
import org.jboss.jandex.MethodInfo;
import org.jboss.jandex.Type;
import org.jspecify.annotations.Nullable;

/** Finds the methods of beans that are to be startup stages. */
class StageProcessor {
    private static final DotName DEFERRED = DotName.createSimple(DeferredStartup.class);
    private static final DotName CONTEXT = DotName.createSimple(StageContext.class);

    /** A class whose only purpose is a stage needs no scope of its own. One that inherits it from such a class is another. */
    @BuildStep
    AutoAddScopeBuildItem scope() {
        return AutoAddScopeBuildItem.builder()
                .match((type, annotations, index) -> type.hasAnnotation(DEFERRED)
                        || methods(type, index).stream()
                                .map(MethodInfo::declaringClass)
                                .anyMatch(declaring -> declaring.isAbstract() || declaring.isInterface()))
                .defaultScope(BuiltinScope.SINGLETON)
                .unremovable()
                .reason("a method of it is a startup stage")
                .build();
    }

    @BuildStep
    UnremovableBeanBuildItem keep(BeanArchiveIndexBuildItem index) {
        return new UnremovableBeanBuildItem(bean -> bean.isClassBean()
                && bean.getTarget()
                        .map(target ->
                                !methods(target.asClass(), index.getIndex()).isEmpty())
                        .orElse(false));
    }

    @BuildStep
    @Record(ExecutionTime.STATIC_INIT)
    void stages(
            LoadlineRecorder recorder,
            BeanDiscoveryFinishedBuildItem beans,
            BeanArchiveIndexBuildItem index,
            BuildProducer<SyntheticBeanBuildItem> synthetic,
            BuildProducer<ReflectiveMethodBuildItem> reflective,
            BuildProducer<ValidationErrorBuildItem> errors) {
        List<StageMethods.Found> found = new ArrayList<>();
        List<Throwable> wrong = new ArrayList<>();
        Map<String, String> places = new HashMap<>();
        beans.getBeans().stream()
                .filter(bean -> bean.isClassBean() && bean.getTarget().isPresent())
                .sorted(Comparator.comparing(bean -> bean.getBeanClass().toString()))
                .forEach(bean -> {
                    for (MethodInfo method :
                            methods(bean.getTarget().orElseThrow().asClass(), index.getIndex())) {
                        String reason = whyNot(bean, method);
                        String place = method.declaringClass().name() + "#" + method.name();
                        String other = reason == null ? places.putIfAbsent(name(bean, method), place) : null;
                        if (reason != null) {
                            wrong.add(new DefinitionException(
                                    "The method " + place + " cannot be a startup stage: " + reason));
                        } else if (other != null) {
                            wrong.add(new DefinitionException("The methods " + other + " and " + place
                                    + " cannot both be the startup stage '" + name(bean, method)
                                    + "'. Give one of them another name."));
                        } else {
                            found.add(found(bean, method));
                            reflective.produce(new ReflectiveMethodBuildItem("a startup stage", method));
                        }
                    }
                });
        if (!wrong.isEmpty()) {
            errors.produce(new ValidationErrorBuildItem(wrong.toArray(Throwable[]::new)));
        }
        synthetic.produce(SyntheticBeanBuildItem.configure(StageMethods.class)
                .scope(Singleton.class)
                .unremovable()
                .runtimeValue(recorder.stageMethods(found))
                .done());
    }

    /** Also those that {@code type} inherits. What it overrides is a stage as the overridden method says, or as it says itself. */
    private static List<MethodInfo> methods(ClassInfo type, IndexView index) {
        Map<String, MethodInfo> found = new TreeMap<>();
        for (ClassInfo each : lineage(type, index)) {
            for (MethodInfo method : each.methods()) {
                if (method.hasDeclaredAnnotation(DEFERRED)) {
                    found.putIfAbsent(method.name() + method.parameterTypes(), method);
                }
            }
        }
        return List.copyOf(found.values());
    }

    /** The type, what it extends, then what all of these implement, as far as the index knows. */
    private static Set<ClassInfo> lineage(ClassInfo type, IndexView index) {
        Set<ClassInfo> lineage = new LinkedHashSet<>();
        for (ClassInfo each = type; each != null && lineage.add(each); ) {
            each = find(each.superName(), index);
        }
        Deque<ClassInfo> open = new ArrayDeque<>(lineage);
        while (!open.isEmpty()) {
            for (DotName name : open.remove().interfaceNames()) {
                ClassInfo implemented = find(name, index);
                if (implemented != null && lineage.add(implemented)) {
                    open.add(implemented);
                }
            }
        }
        return lineage;
    }

    /** None of the JDK, which would be read for it. */
    private static @Nullable ClassInfo find(@Nullable DotName name, IndexView index) {
        return name == null || name.toString().startsWith("java.") ? null : index.getClassByName(name);
    }

    private static @Nullable String whyNot(BeanInfo bean, MethodInfo method) {
        List<Type> parameters = method.parameterTypes();
        if (parameters.size() > 1
                || (parameters.size() == 1 && !parameters.get(0).name().equals(CONTEXT))) {
            return "it has parameters. Leave it a StageContext, or none.";
        }
        if (method.returnType().kind() != Type.Kind.VOID) {
            return "it returns " + method.returnType().name().withoutPackagePrefix()
                    + ", which nobody would wait for or use. Let it do its work before it returns, and return nothing.";
        }
        if (Modifier.isPrivate(method.flags()) || Modifier.isStatic(method.flags())) {
            return "it is private or static, so that its bean does not have it. Leave that out.";
        }
        DotName scope = bean.getScope().getDotName();
        if (isHiddenFromProxies(bean, method) && !scope.equals(BuiltinScope.SINGLETON.getName())) {
            return "it can only be called from its own package, which its bean is not in. Make it public or protected.";
        }
        return scope.equals(BuiltinScope.SINGLETON.getName()) || scope.equals(BuiltinScope.APPLICATION.getName())
                ? null
                : "its bean is made more than once. Make that @Singleton or @ApplicationScoped.";
    }

    /** A proxy that does not have it would run it on itself, and not on its bean. */
    private static boolean isHiddenFromProxies(BeanInfo bean, MethodInfo method) {
        return !Modifier.isPublic(method.flags())
                && !Modifier.isProtected(method.flags())
                && !Objects.equals(
                        method.declaringClass().name().packagePrefix(),
                        bean.getBeanClass().packagePrefix());
    }

    private static StageMethods.Found found(BeanInfo bean, MethodInfo method) {
        return new StageMethods.Found(
                bean.getIdentifier(),
                beanName(bean),
                method.declaringClass().name().toString(),
                method.name(),
                !method.parameterTypes().isEmpty());
    }

    /** As long as it has no placeholder it is known by now. */
    private static String name(BeanInfo bean, MethodInfo method) {
        AnnotationInstance declared = method.declaredAnnotation(DEFERRED);
        AnnotationValue name = declared.value("name");
        return name == null || name.asString().isBlank()
                ? beanName(bean) + "." + method.name()
                : name.asString().strip();
    }

    private static String beanName(BeanInfo bean) {
        String name = bean.getName();
        if (name != null) {
            return name;
        }
        String simple = bean.getBeanClass().withoutPackagePrefix();
        String last = simple.substring(simple.lastIndexOf('$') + 1);
        return Character.toLowerCase(last.charAt(0)) + last.substring(1);
    }
}
