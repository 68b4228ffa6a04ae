/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring.servlet;

import io.loadline.spring.internal.Outcomes;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.core.MethodParameter;
import org.springframework.core.ReactiveAdapter;
import org.springframework.core.ReactiveAdapterRegistry;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.context.request.NativeWebRequest;
import org.springframework.web.context.request.RequestAttributes;
import org.springframework.web.method.support.HandlerMethodReturnValueHandler;
import org.springframework.web.method.support.ModelAndViewContainer;
import org.springframework.web.servlet.HandlerMapping;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerAdapter;
import org.springframework.web.servlet.mvc.method.annotation.ResponseBodyEmitter;
import org.springframework.web.servlet.mvc.method.annotation.ResponseBodyEmitterReturnValueHandler;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;
import org.springframework.web.util.WebUtils;

/** Notes what is known of a stream from what a controller returns. Stateless. */
final class EmitterNote implements HandlerMethodReturnValueHandler {
    /** The request attribute with the {@link Runnable} that completes an emitter, between two of its items. */
    static final String COMPLETE = "io.loadline.complete";

    /** The request attribute that is there if events will be sent, be it later. */
    static final String EVENTS = "io.loadline.events";

    private final HandlerMethodReturnValueHandler delegate;

    /**
     * What the delegate says of answers of each class. It is asked for every one, and looks through all reactive types each
     * time: in a service whose answers are small that is more than one percent of all it does, and more than this note. Null
     * if the delegate is not Spring's own, which may look at more than the class.
     *
     * <p>Classes of the JDK keep the values for ever, even those of an application that was started anew: hence a class of
     * the JDK, which keeps no loader.
     */
    private final @Nullable ClassValue<AtomicReference<@Nullable Boolean>> known;

    private EmitterNote(HandlerMethodReturnValueHandler delegate) {
        this.delegate = delegate;
        this.known = delegate.getClass() == ResponseBodyEmitterReturnValueHandler.class ? new Known() : null;
    }

    @Override
    public boolean supportsReturnType(MethodParameter returnType) {
        Class<?> type = returnType.getParameterType();
        if (known == null || ResponseEntity.class.isAssignableFrom(type)) {
            // It depends on what is declared to be in it.
            return delegate.supportsReturnType(returnType);
        }
        // Whoever asks first answers, always the same.
        AtomicReference<@Nullable Boolean> answer = known.get(type);
        Boolean supported = answer.get();
        if (supported == null) {
            supported = delegate.supportsReturnType(returnType);
            answer.set(supported);
        }
        return supported;
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
            Runnable complete = emitter::complete;
            request.setAttribute(COMPLETE, complete, RequestAttributes.SCOPE_REQUEST);
        }
        if (body instanceof SseEmitter || (isMultiValue(body) && isEvents(value, request))) {
            request.setAttribute(EVENTS, true, RequestAttributes.SCOPE_REQUEST);
            if (!mayBegin(request)) {
                container.setRequestHandled(true);
                if (body instanceof SseEmitter emitter) {
                    emitter.complete();
                }
                return;
            }
        }
        delegate.handleReturnValue(value, returnType, container, request);
    }

    /** Before its first byte it can still be refused. */
    private static boolean mayBegin(NativeWebRequest request) throws IOException {
        HttpServletResponse bare = request.getNativeResponse(HttpServletResponse.class);
        LimitedResponse response = bare == null ? null : WebUtils.getNativeResponse(bare, LimitedResponse.class);
        return response == null || response.beginStream();
    }

    private static boolean isMultiValue(@Nullable Object body) {
        ReactiveAdapter adapter = body == null
                ? null
                : ReactiveAdapterRegistry.getSharedInstance().getAdapter(body.getClass());
        return adapter != null && adapter.isMultiValue();
    }

    /** Decides as Spring, which collects what it does not stream. */
    private static boolean isEvents(@Nullable Object value, NativeWebRequest request) {
        MediaType preset =
                value instanceof ResponseEntity<?> entity ? entity.getHeaders().getContentType() : null;
        if (preset != null) {
            return MediaType.TEXT_EVENT_STREAM.includes(preset);
        }
        Object declared =
                request.getAttribute(HandlerMapping.PRODUCIBLE_MEDIA_TYPES_ATTRIBUTE, RequestAttributes.SCOPE_REQUEST);
        if (declared instanceof Collection<?> types && !types.isEmpty()) {
            return types.stream()
                    .anyMatch(type -> type instanceof MediaType media && MediaType.TEXT_EVENT_STREAM.includes(media));
        }
        return Outcomes.isEventStream(request.getHeader("Accept"));
    }

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

    /** What the delegate says of each class; null before it is asked. Thread-safe. */
    private static final class Known extends ClassValue<AtomicReference<@Nullable Boolean>> {
        @Override
        protected AtomicReference<@Nullable Boolean> computeValue(Class<?> type) {
            return new AtomicReference<>();
        }
    }
}
