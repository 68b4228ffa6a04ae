/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring.actuator;

import io.loadline.Loadline;
import io.loadline.config.InvalidSettingsException;
import io.loadline.config.LiveSettings;
import io.loadline.config.SettingProblem;
import io.loadline.config.SettingsAuthorization;
import io.loadline.config.SettingsAuthorization.Decision;
import io.loadline.management.LoadlineStatus;
import io.loadline.management.SettingsStatus;
import io.loadline.spring.internal.StatusReads;
import io.loadline.spring.internal.StatusReads.Body;
import java.security.Principal;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
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
@Endpoint(id = LoadlineEndpoint.ID, defaultAccess = Access.READ_ONLY)
public final class LoadlineEndpoint {
    static final String ID = "loadline";

    private static final Logger LOG = LoggerFactory.getLogger(LoadlineEndpoint.class);
    private static final int UNAUTHORIZED = 401;
    private static final int FORBIDDEN = 403;
    private static final int UNPROCESSABLE = 422;
    private static final int FAILED = 500;

    private final Loadline loadline;
    private final StatusReads reads;

    /** Raised by whoever logs it. */
    private final AtomicBoolean failureLogged = new AtomicBoolean();

    /** An endpoint that tells about {@code loadline}; {@code writable} is whether its access lets settings be changed. */
    public LoadlineEndpoint(Loadline loadline, boolean writable) {
        this.loadline = loadline;
        this.reads = new StatusReads(loadline, writable);
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
     * what is wrong; 401 or 403 if {@link LiveSettings#writers} does not let whoever asks, 500 if a part failed.
     *
     * @param part {@code settings}, or nothing is found
     * @param change settings as in a file of properties, one a line; the actuator takes flat texts only
     * @param reason why, for the history; must be there
     * @param authorization what the header {@code Authorization} would be, which the actuator does not pass on; needed only
     *     where a token was set
     */
    @WriteOperation
    public @Nullable WebEndpointResponse<String> change(
            @Selector String part,
            @Nullable String change,
            @Nullable Long rollback,
            @Nullable String reason,
            @Nullable String authorization,
            SecurityContext security) {
        if (!part.equals("settings")) {
            return null;
        }
        Decision decision = decide(security.getPrincipal(), authorization);
        String who = decision.who();
        if (who == null || !decision.allowed()) {
            return who == null
                    ? problems(UNAUTHORIZED, "authorization", "it must be what lets change settings")
                    : problems(FORBIDDEN, "authorization", who + " may not change settings");
        }
        if (reason == null || reason.isBlank()) {
            return problems(UNPROCESSABLE, "reason", "it must tell why");
        }
        if (change == null == (rollback == null)) {
            return problems(UNPROCESSABLE, "change", "either it or rollback must be there");
        }
        try {
            if (rollback != null) {
                loadline.settings().rollback(rollback, who + ": " + reason);
            } else if (change != null) {
                loadline.settings().change(change, who + ": " + reason);
            }
            return part(part);
        } catch (InvalidSettingsException e) {
            return problems(UNPROCESSABLE, e.problems());
        } catch (IllegalArgumentException e) {
            return problems(UNPROCESSABLE, "change or rollback", String.valueOf(e.getMessage()));
        } catch (IllegalStateException e) {
            return problems(FAILED, "change or rollback", String.valueOf(e.getMessage()));
        }
    }

    /** Where nobody was named, the access to the endpoint and the application's security have decided. */
    private Decision decide(@Nullable Principal principal, @Nullable String authorization) {
        SettingsAuthorization writers = loadline.settings().writers();
        if (writers == null) {
            return Decision.allowed(principal == null ? "actuator" : principal.getName());
        }
        try {
            return writers.authorize(name -> name.equalsIgnoreCase("Authorization") ? authorization : null);
        } catch (Throwable e) {
            if (failureLogged.compareAndSet(false, true)) {
                LOG.warn(
                        "{} failed, so nobody may change settings; this is logged once",
                        writers.getClass().getName(),
                        e);
            }
            return Decision.unknown();
        }
    }

    private static WebEndpointResponse<String> problems(int status, String key, String allowed) {
        return problems(status, List.of(new SettingProblem(key, null, allowed)));
    }

    private static WebEndpointResponse<String> problems(int status, List<SettingProblem> problems) {
        return new WebEndpointResponse<>(SettingsStatus.toJson(problems), status, MimeTypeUtils.APPLICATION_JSON);
    }
}
