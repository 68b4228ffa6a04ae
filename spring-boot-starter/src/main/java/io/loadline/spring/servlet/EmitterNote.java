/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring.servlet;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.core.MethodParameter;
import org.springframework.http.ResponseEntity;
import org.springframework.web.context.request.NativeWebRequest;
import org.springframework.web.context.request.RequestAttributes;
import org.springframework.web.method.support.HandlerMethodReturnValueHandler;
import org.springframework.web.method.support.ModelAndViewContainer;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerAdapter;
import org.springframework.web.servlet.mvc.method.annotation.ResponseBodyEmitter;
import org.springframework.web.servlet.mvc.method.annotation.ResponseBodyEmitterReturnValueHandler;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

/** Notes the emitter that a controller returns, by which its response may be ended. Stateless. */
final class EmitterNote implements HandlerMethodReturnValueHandler {
    /** The request attribute with the {@link Emitter}. */
    static final String ATTRIBUTE = "io.loadline.emitter";

    private final HandlerMethodReturnValueHandler delegate;

    private EmitterNote(HandlerMethodReturnValueHandler delegate) {
        this.delegate = delegate;
    }

    @Override
    public boolean supportsReturnType(MethodParameter returnType) {
        return delegate.supportsReturnType(returnType);
    }

    @Override
    public void handleReturnValue(
            @Nullable Object value,
            MethodParameter returnType,
            ModelAndViewContainer container,
            NativeWebRequest request)
            throws Exception {
        Object body = value instanceof ResponseEntity<?> entity ? entity.getBody() : value;
        if (body instanceof ResponseBodyEmitter emitter) {
            Emitter note = new Emitter(emitter instanceof SseEmitter, emitter::complete);
            request.setAttribute(ATTRIBUTE, note, RequestAttributes.SCOPE_REQUEST);
        }
        delegate.handleReturnValue(value, returnType, container, request);
    }

    /**
     * An emitter, for those who do not know its class.
     *
     * @param events whether it emits an event stream
     * @param complete completes it, between two of its items
     */
    record Emitter(boolean events, Runnable complete) {}

    /** Puts itself around the handler of emitters. Stateless. */
    static final class Installer implements BeanPostProcessor {

        @Override
        public Object postProcessAfterInitialization(Object bean, String beanName) {
            if (bean instanceof RequestMappingHandlerAdapter adapter) {
                List<HandlerMethodReturnValueHandler> present = adapter.getReturnValueHandlers();
                List<HandlerMethodReturnValueHandler> handlers = new ArrayList<>(present == null ? List.of() : present);
                handlers.replaceAll(handler ->
                        handler instanceof ResponseBodyEmitterReturnValueHandler ? new EmitterNote(handler) : handler);
                adapter.setReturnValueHandlers(handlers);
            }
            return bean;
        }
    }
}
