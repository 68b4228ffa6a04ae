/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.management;

import io.loadline.config.LiveSettings;
import io.loadline.config.LoadlineSettings;
import io.loadline.config.MountStatus;
import io.loadline.config.Setting;
import io.loadline.config.SettingProblem;
import io.loadline.config.SettingsChange;
import io.loadline.internal.JsonWriter;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What {@code /loadline/settings} tells. Immutable.
 *
 * @param current what holds
 * @param writable whether somebody may change it from outside
 * @param mount what is known of the directory that is watched; null if none is
 * @param history the last changes, latest first
 */
public record SettingsStatus(
        LoadlineSettings current,
        boolean writable,
        @Nullable MountStatus mount,
        List<SettingsChange> history) {

    /** What {@code settings} tell now where whoever {@link LiveSettings#writers} lets may change them. */
    public static SettingsStatus of(LiveSettings settings) {
        return of(settings, settings.writers() != null);
    }

    /** What {@code settings} tell now where they can be changed, or not. */
    public static SettingsStatus of(LiveSettings settings, boolean writable) {
        return new SettingsStatus(settings.current(), writable, settings.mount(), settings.history());
    }

    /** The same as JSON. */
    public String toJson() {
        JsonWriter json = new JsonWriter()
                .beginObject()
                .member("version", current.version())
                .member("since", current.at().toString())
                .member("writable", writable);
        if (mount != null) {
            json.beginObject("mount").member("directory", mount.directory().toString());
            if (mount.looked() == null) {
                json.member("lookedMillisAgo", null);
            } else {
                json.member("lookedMillisAgo", mount.looked().toMillis());
            }
            json.member("there", mount.there());
            write(json, mount.problems());
            json.endObject();
        }
        json.beginArray("settings");
        for (Setting each : current.all()) {
            json.beginObject()
                    .member("key", each.key())
                    .member("value", each.value())
                    .member("source", name(each.source()))
                    .member("default", each.start())
                    .member("allowed", each.allowed())
                    .endObject();
        }
        json.endArray().beginArray("history");
        history.forEach(each -> write(json, each));
        return json.endArray().endObject().toString();
    }

    /** What is wrong with settings that were refused, as JSON. */
    public static String toJson(List<SettingProblem> problems) {
        JsonWriter json = new JsonWriter().beginObject();
        write(json, problems);
        return json.endObject().toString();
    }

    private static void write(JsonWriter json, SettingsChange change) {
        json.beginObject()
                .member("version", change.version())
                .member("at", change.at().toString())
                .member("source", name(change.source()))
                .member("who", change.who())
                .member("result", name(change.result()))
                .beginArray("changes");
        change.differences()
                .forEach(each -> json.beginObject()
                        .member("key", each.key())
                        .member("from", each.from())
                        .member("to", each.to())
                        .endObject());
        json.endArray();
        write(json, change.problems());
        json.endObject();
    }

    static void write(JsonWriter json, List<SettingProblem> problems) {
        json.beginArray("problems");
        problems.forEach(each -> json.beginObject()
                .member("key", each.key())
                .member("value", each.value())
                .member("allowed", each.allowed())
                .endObject());
        json.endArray();
    }

    private static String name(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }
}
