/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring.actuator;

import io.loadline.Loadline;
import io.loadline.config.InvalidSettingsException;
import io.loadline.config.SettingProblem;
import io.loadline.management.LoadlineStatus;
import io.loadline.management.SettingsStatus;
import io.loadline.spring.internal.StatusReads;
import io.loadline.spring.internal.StatusReads.Body;
import java.security.Principal;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.Access;
import org.springframework.boot.actuate.endpoint.SecurityContext;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;
import org.springframework.util.MimeType;
import org.springframework.util.MimeTypeUtils;

/**
 * The actuator endpoint {@code loadline}: state, load, limit and their explanation, and the other reads below it; and
 * settings that change, if {@code management.endpoint.loadline.access} is {@code unrestricted}. Thread-safe.
 */
@Endpoint(id = "loadline", defaultAccess = Access.READ_ONLY)
public final class LoadlineEndpoint {
    private static final int UNPROCESSABLE = 422;

    private final Loadline loadline;
    private final StatusReads reads;

    /** An endpoint that tells about {@code loadline}. */
    public LoadlineEndpoint(Loadline loadline) {
        this.loadline = loadline;
        this.reads = new StatusReads(loadline);
    }

    /** The present status. */
    @ReadOperation
    public LoadlineStatus status() {
        return loadline.status();
    }

    /** The same as at {@code /loadline/<part>}, for example {@code startup}; null, which is a 404, if there is no such part. */
    @ReadOperation
    public @Nullable WebEndpointResponse<String> part(@Selector String part) {
        Body read = reads.part(part);
        return read == null ? null : new WebEndpointResponse<>(read.text(), MimeType.valueOf(read.contentType()));
    }

    /**
     * Changes settings, at {@code settings}, all of {@code change} or nothing; or makes those of the version
     * {@code rollback} hold again. An empty text takes back what was changed so before. Answers what holds then, or 422 and
     * what is wrong.
     *
     * @param part {@code settings}, or nothing is found
     * @param change settings as in a file of properties, one a line; the actuator takes flat texts only
     * @param reason why, for the history
     */
    @WriteOperation
    public @Nullable WebEndpointResponse<String> change(
            @Selector String part,
            @Nullable String change,
            @Nullable Long rollback,
            @Nullable String reason,
            SecurityContext security) {
        if (!part.equals("settings")) {
            return null;
        }
        if (change == null == (rollback == null)) {
            return problems(List.of(new SettingProblem("change", null, "either it or rollback must be there")));
        }
        Principal principal = security.getPrincipal();
        String who = (principal == null ? "actuator" : principal.getName()) + (reason == null ? "" : ": " + reason);
        try {
            if (rollback != null) {
                loadline.settings().rollback(rollback, who);
            } else if (change != null) {
                loadline.settings().change(change, who);
            }
            return part(part);
        } catch (InvalidSettingsException e) {
            return problems(e.problems());
        } catch (IllegalArgumentException e) {
            return problems(List.of(new SettingProblem("change or rollback", null, String.valueOf(e.getMessage()))));
        }
    }

    private static WebEndpointResponse<String> problems(List<SettingProblem> problems) {
        return new WebEndpointResponse<>(
                SettingsStatus.toJson(problems), UNPROCESSABLE, MimeTypeUtils.APPLICATION_JSON);
    }
}
