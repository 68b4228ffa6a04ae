/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.quarkus.runtime.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Templates of endpoints and patterns of settings. */
class PathTemplateTest {

    @ParameterizedTest
    @CsvSource({
        "/orders/{id}, /orders/1, true",
        "/orders/{id}, /orders/, false",
        "/orders/{id}, /orders/1/lines, false",
        "/orders/{id: [0-9]+}, /orders/12, true",
        "/orders/{id: [0-9]+}, /orders/x, false",
        "/codes/{code: '[a-z]{2}'}, /codes/ab, false",
        "/files/{path: .+}, /files/a/b/c, true",
        "/a.b/{x}-{y}, /a.b/1-2, true",
        "/a.b/{x}, /acb/1, false",
        "/orders/*, /orders/1, false"
    })
    void template_matchesAsJakartaRestDoes(String template, String path, boolean matches) {
        assertThat(PathTemplate.ofEndpoint(template).matches(path)).isEqualTo(matches);
    }

    @Test
    void expression_mayHaveBracesItself() {
        PathTemplate template = PathTemplate.ofEndpoint("/codes/{code:[a-z]{2}}");

        assertThat(template.matches("/codes/ab")).isTrue();
        assertThat(template.matches("/codes/abc")).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "/static/**, /static, true",
        "/static/**, /static/a/b, true",
        "/static/**, /staticx, false",
        "/**, /anything/at/all, true",
        "/orders/*, /orders/1, true",
        "/orders/*, /orders/1/lines, false",
        "/v?/x, /v1/x, true",
        "/*.css, /site.css, true",
        "/orders/{id}, /orders/{id}, true"
    })
    void pattern_hasWildcards(String pattern, String path, boolean matches) {
        assertThat(PathTemplate.ofSetting(pattern).matches(path)).isEqualTo(matches);
    }

    @Test
    void mostSpecific_comesFirst() {
        List<String> sorted = Stream.of("/{all: .*}", "/orders/{id}", "/orders/new", "/orders/{id: [0-9]+}", "/{a}/{b}")
                .map(PathTemplate::ofEndpoint)
                .sorted(PathTemplate.MOST_SPECIFIC_FIRST)
                .map(PathTemplate::toString)
                .toList();

        assertThat(sorted)
                .containsExactly("/orders/new", "/orders/{id: [0-9]+}", "/orders/{id}", "/{a}/{b}", "/{all: .*}");
    }

    @Test
    void nonsense_isRefused() {
        assertThatThrownBy(() -> PathTemplate.ofSetting("static/**")).hasMessageContaining("begin with a slash");
        assertThatThrownBy(() -> PathTemplate.ofSetting("/static/**/logo")).hasMessageContaining("as /** at its end");
        assertThatThrownBy(() -> PathTemplate.ofSetting("/static**")).hasMessageContaining("as /** at its end");
        assertThatThrownBy(() -> PathTemplate.ofSetting("/a/{b")).hasMessageContaining("closing brace");
        assertThatThrownBy(() -> PathTemplate.ofEndpoint("/a/{b: [}")).isInstanceOf(IllegalArgumentException.class);
    }
}
