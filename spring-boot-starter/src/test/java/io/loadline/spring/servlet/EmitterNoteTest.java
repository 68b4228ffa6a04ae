/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring.servlet;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.ref.WeakReference;
import java.lang.reflect.Constructor;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.core.MethodParameter;
import org.springframework.http.converter.StringHttpMessageConverter;
import org.springframework.web.method.support.HandlerMethodReturnValueHandler;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerAdapter;
import org.springframework.web.servlet.mvc.method.annotation.ResponseBodyEmitter;
import org.springframework.web.servlet.mvc.method.annotation.ResponseBodyEmitterReturnValueHandler;

/** What the note knows of answers, and for how long. */
class EmitterNoteTest {

    @Test
    void handlerOfSpring_isStillRight() throws Exception {
        HandlerMethodReturnValueHandler noted = noted(
                new EmitterNote.Installer(),
                new ResponseBodyEmitterReturnValueHandler(List.of(new StringHttpMessageConverter())));
        for (int i = 0; i < 2; i++) {
            assertThat(noted.supportsReturnType(returned("emitter"))).isTrue();
            assertThat(noted.supportsReturnType(returned("plain"))).isFalse();
        }
    }

    /** It may look at more than the class of what is returned. */
    @Test
    void handlerOfTheApplication_isAskedForEachMethod() throws Exception {
        HandlerMethodReturnValueHandler noted = noted(new EmitterNote.Installer(), new OfMarked());
        for (int i = 0; i < 2; i++) {
            assertThat(noted.supportsReturnType(returned("marked"))).isTrue();
            assertThat(noted.supportsReturnType(returned("plain"))).isFalse();
        }
    }

    /** As after a restart by DevTools, where the JDK's classes stay. */
    @Test
    void classesOfTheJdk_keepNothingOfAnApplicationThatHasGone() throws Exception {
        WeakReference<ClassLoader> gone = loaderOfNoteThatWasAsked();
        for (int i = 0; i < 10 && gone.get() != null; i++) {
            System.gc();
        }
        assertThat(gone.get()).isNull();
    }

    private static WeakReference<ClassLoader> loaderOfNoteThatWasAsked() throws Exception {
        try (OfApplication loader = new OfApplication()) {
            Constructor<?> installer =
                    loader.loadClass(EmitterNote.Installer.class.getName()).getDeclaredConstructor();
            installer.setAccessible(true);
            HandlerMethodReturnValueHandler noted = noted(
                    (BeanPostProcessor) installer.newInstance(),
                    new ResponseBodyEmitterReturnValueHandler(List.of(new StringHttpMessageConverter())));
            assertThat(noted.getClass().getClassLoader()).isSameAs(loader);
            assertThat(noted.supportsReturnType(returned("plain"))).isFalse();
            return new WeakReference<>(loader);
        }
    }

    private static HandlerMethodReturnValueHandler noted(
            BeanPostProcessor installer, HandlerMethodReturnValueHandler handler) {
        RequestMappingHandlerAdapter adapter = new RequestMappingHandlerAdapter();
        adapter.setReturnValueHandlers(List.of(handler));
        Object unused = installer.postProcessAfterInitialization(adapter, "adapter");
        return adapter.getReturnValueHandlers().get(0);
    }

    private static MethodParameter returned(String method) throws NoSuchMethodException {
        return new MethodParameter(Controller.class.getDeclaredMethod(method), -1);
    }

    /** Some methods. */
    static final class Controller {
        @Deprecated
        String marked() {
            return "marked";
        }

        String plain() {
            return "plain";
        }

        ResponseBodyEmitter emitter() {
            return new ResponseBodyEmitter();
        }
    }

    private static final class OfMarked extends ResponseBodyEmitterReturnValueHandler {
        OfMarked() {
            super(List.of(new StringHttpMessageConverter()));
        }

        @Override
        public boolean supportsReturnType(MethodParameter returnType) {
            return returnType.hasMethodAnnotation(Deprecated.class);
        }
    }

    /** Loads the note itself, everything else as everybody. */
    private static final class OfApplication extends URLClassLoader {
        OfApplication() {
            super(
                    new URL[] {
                        EmitterNote.class.getProtectionDomain().getCodeSource().getLocation()
                    },
                    EmitterNote.class.getClassLoader());
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (!name.startsWith(EmitterNote.class.getName()) || name.startsWith(EmitterNoteTest.class.getName())) {
                return super.loadClass(name, resolve);
            }
            synchronized (getClassLoadingLock(name)) {
                Class<?> loaded = findLoadedClass(name);
                return loaded == null ? findClass(name) : loaded;
            }
        }
    }
}
