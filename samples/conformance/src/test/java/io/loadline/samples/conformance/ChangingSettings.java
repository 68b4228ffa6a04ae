/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.samples.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import tools.jackson.databind.JsonNode;

/** Settings that change while the service runs, by a directory that is mounted as a ConfigMap is. */
interface ChangingSettings extends Scenes {
    String LIMIT = "loadline.limit.initial";

    @Shows(Behaviour.SETTING_TAKES_EFFECT)
    default void mountedSettings_takeEffect() throws Exception {
        service().mount(LIMIT + "=7", "loadline.limit.enforcement=shadow");

        Service.soon().untilAsserted(() -> {
            JsonNode limit = service().setting(LIMIT);
            assertThat(limit.at("/value").asString()).isEqualTo("7");
            assertThat(limit.at("/source").asString()).isEqualTo("mounted");
            assertThat(service().status().at("/limit").asInt()).isEqualTo(7);
            assertThat(service().status().at("/enforcing").asBoolean()).isFalse();
            assertThat(service().metrics()).containsPattern("(?m)^loadline_limit_calls 7.0$");
        });
    }

    @Shows(Behaviour.WRONG_SETTING_REFUSED)
    default void wrongSettings_areRefusedAsAWhole() throws Exception {
        service().mount(LIMIT + "=8");
        Service.soon()
                .until(() -> service().setting(LIMIT).at("/value").asString().equals("8"));

        service().mount(LIMIT + "=9", "loadline.limit.enforcement=maybe");

        JsonNode problem = refusal("loadline.limit.enforcement");
        assertThat(problem.at("/value").asString()).isEqualTo("maybe");
        assertThat(problem.at("/allowed").asString()).contains("off, shadow, enforce");
        assertThat(service().setting(LIMIT).at("/value").asString()).isEqualTo("8");
    }

    @Shows(Behaviour.UNKNOWN_SETTING_REFUSED)
    default void unknownSetting_isRefusedWithWhatMayHaveBeenMeant() throws Exception {
        service().mount("loadline.limit.initail=9");

        assertThat(refusal("loadline.limit.initail").at("/allowed").asString()).contains(LIMIT);
    }

    @Shows(Behaviour.SETTING_TAKEN_BACK)
    default void settingsTakenBack_holdNoLonger() throws Exception {
        service().mount(LIMIT + "=6");
        Service.soon()
                .until(() -> service().setting(LIMIT).at("/value").asString().equals("6"));

        service().mount();

        Service.soon().untilAsserted(() -> {
            JsonNode limit = service().setting(LIMIT);
            assertThat(limit.at("/value").asString()).isEqualTo(Integer.toString(Service.LIMIT));
            assertThat(limit.at("/source").asString()).isEqualTo("start");
        });
    }

    /** The first problem of the last change, once that has been refused for {@code key}. */
    private JsonNode refusal(String key) {
        Service.soon().untilAsserted(() -> {
            JsonNode last = Service.json(service().manage("/loadline/settings")).at("/history/0");
            assertThat(last.at("/result").asString("")).isEqualTo("rejected");
            assertThat(last.at("/problems/0/key").asString("")).isEqualTo(key);
        });
        return Service.json(service().manage("/loadline/settings")).at("/history/0/problems/0");
    }
}
