/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpServer;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry;
import io.loadline.guard.DependencyGuard;
import io.loadline.guard.DependencyGuards;
import io.loadline.guard.DependencyStats;
import io.loadline.guard.GuardRefusal;
import io.loadline.guard.GuardRefusedException;
import io.loadline.guard.GuardTimeoutException;
import io.loadline.limit.CallContext;
import io.loadline.limit.Criticality;
import io.loadline.spring.client.LoadlineClientAutoConfiguration;
import io.loadline.spring.internal.InvalidSettingException;
import io.loadline.spring.reactive.Guarded;
import io.loadline.spring.reactive.LoadlineWebClientAutoConfiguration;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.reactivestreams.Publisher;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.logging.LogLevel;
import org.springframework.boot.logging.LoggingSystem;
import org.springframework.boot.restclient.RestTemplateBuilder;
import org.springframework.boot.restclient.autoconfigure.RestClientAutoConfiguration;
import org.springframework.boot.restclient.autoconfigure.RestTemplateAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.webclient.autoconfigure.WebClientAutoConfiguration;
import org.springframework.context.ApplicationContext;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.http.HttpStatus;
import org.springframework.web.client.HttpServerErrorException;
import org.springframework.web.client.RestClient;
import org.springframework.web.reactive.function.client.ClientResponse;
import org.springframework.web.reactive.function.client.WebClient;
import org.springframework.web.reactive.function.client.WebClientResponseException;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** The clients that Spring Boot builds, over real sockets. */
@Timeout(60)
@ExtendWith(OutputCaptureExtension.class)
class GuardedClientsTest {
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final BlockingQueue<Headers> received = new LinkedBlockingQueue<>();
    private final CountDownLatch never = new CountDownLatch(1);
    private HttpServer server;
    private String url;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
        server.setExecutor(threads);
        server.createContext("/", exchange -> {
            received.add(exchange.getRequestHeaders());
            String path = exchange.getRequestURI().getPath();
            if (path.equals("/hangs")) {
                await(never);
            }
            exchange.sendResponseHeaders(path.equals("/fails") ? 500 : 200, 6);
            exchange.getResponseBody().write("answer".getBytes(StandardCharsets.US_ASCII));
            exchange.close();
        });
        server.start();
        url = "http://127.0.0.1:" + server.getAddress().getPort();
    }

    @AfterEach
    void stop() {
        never.countDown();
        server.stop(0);
        threads.shutdownNow();
    }

    @Test
    @SuppressWarnings("try")
    void restClient_goesThroughTheGuardOfItsHost() {
        run(context -> {
            RestClient client =
                    context.getBean(RestClient.Builder.class).baseUrl(url).build();
            CallContext call = CallContext.of(Criticality.SHEDDABLE).timeout(Duration.ofSeconds(2));
            try (CallContext.Scope scope = call.open()) {
                String answer = client.get()
                        .uri("/")
                        .header("traceparent", "00-a-b-01")
                        .header("baggage", "tenant=7")
                        .retrieve()
                        .body(String.class);
                assertThat(answer).isEqualTo("answer");
            }
            Headers headers = received.take();
            assertThat(headers.get("traceparent")).containsExactly("00-a-b-01");
            assertThat(headers.get("baggage")).containsExactly("criticality=sheddable,tenant=7");
            assertThat(Double.parseDouble(headers.getFirst("X-Request-Timeout")))
                    .isBetween(0.1, 2.0);
            assertThatExceptionOfType(HttpServerErrorException.class)
                    .isThrownBy(() -> client.get().uri("/fails").retrieve().body(String.class));
            assertStats(context, 1, 1);
            refuse(context);
            assertThatExceptionOfType(GuardRefusedException.class)
                    .isThrownBy(() -> client.get().uri("/").retrieve().body(String.class));
        });
    }

    @Test
    void restTemplate_goesThroughTheGuardOfItsHost() {
        run(context -> {
            var template = context.getBean(RestTemplateBuilder.class).build();
            assertThat(template.getForObject(url + "/", String.class)).isEqualTo("answer");
            assertThatExceptionOfType(HttpServerErrorException.class)
                    .isThrownBy(() -> template.getForObject(url + "/fails", String.class));
            assertStats(context, 1, 1);
        });
    }

    @Test
    void webClient_goesThroughTheGuardOfItsHost() {
        run(context -> {
            WebClient client =
                    context.getBean(WebClient.Builder.class).baseUrl(url).build();
            CallContext call = CallContext.of(Criticality.SHEDDABLE);
            Mono<String> answer = client.get().uri("/").retrieve().bodyToMono(String.class);
            assertThat(answer.contextWrite(view -> view.put(CallContext.class, call))
                            .block())
                    .isEqualTo("answer");
            Headers headers = received.take();
            assertThat(headers.get("baggage")).containsExactly("criticality=sheddable");
            assertThat(Double.parseDouble(headers.getFirst("X-Request-Timeout")))
                    .isBetween(0.1, 10.0);
            assertThatExceptionOfType(WebClientResponseException.class)
                    .isThrownBy(() -> client.get()
                            .uri("/fails")
                            .retrieve()
                            .toBodilessEntity()
                            .block());
            guard(context).timeLimit(Duration.ofMillis(300));
            assertThatExceptionOfType(GuardTimeoutException.class)
                    .isThrownBy(() -> client.get()
                            .uri("/hangs")
                            .retrieve()
                            .toBodilessEntity()
                            .block());
            assertStats(context, 1, 1);
            assertThat(stats(context).timedOut()).isEqualTo(1);
            refuse(context);
            assertThatExceptionOfType(GuardRefusedException.class)
                    .isThrownBy(() ->
                            client.get().uri("/").retrieve().toBodilessEntity().block());
            assertThat(stats(context).refused()).containsEntry(GuardRefusal.BREAKER_OPEN, 1L);
        });
    }

    @Test
    void restClientWhoseBodyIsAStream_endsTheCallWithIt() {
        run(context -> {
            RestClient client =
                    context.getBean(RestClient.Builder.class).baseUrl(url).build();
            InputStream body = client.get().uri("/").exchange((request, response) -> response.getBody(), false);
            assertThat(stats(context).inFlight()).isEqualTo(1);
            body.close();
            assertStats(context, 1, 0);
        });
    }

    /** Services that other tests run in this JVM leave the levels that they set. */
    @BeforeEach
    void hearWarnings() {
        LoggingSystem.get(getClass().getClassLoader())
                .setLogLevel("io.loadline.spring.client.GuardedClients", LogLevel.WARN);
    }

    @Test
    void readTimeoutBeyondTheTimeLimit_isToldOnce_whereThreadsWait(CapturedOutput output) {
        String told = "Dependency 'inventory': threads of RestClient and RestTemplate wait for up to PT20S"
                + " (spring.http.clients.read-timeout), longer than its time-limit of PT10S";
        guarded().withPropertyValues("spring.http.clients.read-timeout=20s").run(context -> {
            assertThat(context.getBean(WebClient.Builder.class)).isNotNull();
            assertThat(output.getAll()).doesNotContain(told);
            assertThat(context.getBean(RestClient.Builder.class)).isNotNull();
            assertThat(context.getBean(RestTemplateBuilder.class).build()).isNotNull();
            assertThat(output.getAll()).containsOnlyOnce(told);
        });
    }

    @Test
    void readTimeoutWithinTheTimeLimit_isNotWorthAWord(CapturedOutput output) {
        for (String timeout : new String[] {"10s", ""}) {
            guarded()
                    .withPropertyValues("spring.http.clients.read-timeout=" + timeout)
                    .run(context -> assertThat(context.getBean(RestClient.Builder.class))
                            .isNotNull());
        }
        assertThat(output.getAll()).doesNotContain("threads of RestClient");
    }

    @Test
    void hostsThatNobodyNamed_areLeftAlone() {
        runner().run(context -> {
            RestClient client =
                    context.getBean(RestClient.Builder.class).baseUrl(url).build();
            assertThat(client.get().uri("/").retrieve().body(String.class)).isEqualTo("answer");
            assertThat(received.take().getFirst("X-Request-Timeout")).isNull();
            assertThat(context.getBean(DependencyGuards.class).guards()).isEmpty();
        });
    }

    @Test
    void publishers_goThroughAGuard() {
        run(context -> {
            DependencyGuard guard = context.getBean(DependencyGuards.class).guard("inventory");
            assertThat(Mono.just("a").transform(Guarded.mono(guard)).block()).isEqualTo("a");
            assertThat(Mono.empty().transform(Guarded.mono(guard)).block()).isNull();
            assertThat(Flux.just("a", "b")
                            .transform(Guarded.flux(guard))
                            .collectList()
                            .block())
                    .containsExactly("a", "b");
            assertThat(stats(context).succeeded()).isEqualTo(3);
            assertThatExceptionOfType(IllegalStateException.class)
                    .isThrownBy(() -> Mono.error(new IllegalStateException())
                            .transform(Guarded.mono(guard))
                            .block());
            assertThat(stats(context).failed()).isEqualTo(1);
            guard.timeLimit(Duration.ofMillis(100));
            assertThatExceptionOfType(GuardTimeoutException.class)
                    .isThrownBy(
                            () -> Mono.never().transform(Guarded.mono(guard)).block());
            assertThatExceptionOfType(GuardTimeoutException.class)
                    .isThrownBy(
                            () -> Flux.never().transform(Guarded.flux(guard)).blockFirst());
            assertThat(stats(context).timedOut()).isEqualTo(2);
            Flux.never().transform(Guarded.flux(guard)).subscribe().dispose();
            Mono.never().transform(Guarded.mono(guard)).subscribe().dispose();
            assertThat(stats(context).cancelled()).isEqualTo(2);
            assertThat(stats(context).inFlight()).isZero();
        });
    }

    @Test
    void publishers_thatErrorsFatalToReactorGoThrough_holdNoPlace() {
        run(context -> {
            DependencyGuard guard = guard(context);
            Mono<String> broken = Mono.fromCallable(() -> {
                throw new LinkageError("mine");
            });
            Mono<String> reader = Mono.just("a").transform(Guarded.mono(guard)).map(GuardedClientsTest::unlinked);
            Flux<String> readers =
                    Flux.just("a", "b").transform(Guarded.flux(guard)).map(GuardedClientsTest::unlinked);
            for (Publisher<String> each : List.<Publisher<String>>of(
                    broken.transform(Guarded.mono(guard)),
                    broken.flux().transform(Guarded.flux(guard)),
                    reader,
                    readers)) {
                assertThatExceptionOfType(LinkageError.class)
                        .isThrownBy(() -> Flux.from(each).subscribe());
                assertThat(stats(context).inFlight()).isZero();
            }
        });
    }

    @Test
    void webClient_thatErrorsFatalToReactorGoThrough_holdsNoPlace() {
        run(context -> {
            WebClient.Builder builder = context.getBean(WebClient.Builder.class).baseUrl(url);
            WebClient broken = builder.exchangeFunction(request -> Mono.fromCallable(() -> {
                        throw new LinkageError("mine");
                    }))
                    .build();
            assertThatExceptionOfType(LinkageError.class)
                    .isThrownBy(() ->
                            broken.get().retrieve().bodyToMono(String.class).subscribe());
            assertThat(stats(context).inFlight()).isZero();

            WebClient whole = builder.exchangeFunction(request -> Mono.just(
                            ClientResponse.create(HttpStatus.OK).body("answer").build()))
                    .build();
            assertThatExceptionOfType(LinkageError.class)
                    .isThrownBy(() -> whole.get()
                            .retrieve()
                            .bodyToFlux(DataBuffer.class)
                            .map(GuardedClientsTest::unlinked)
                            .subscribe());
            assertThat(stats(context).inFlight()).isZero();

            WebClient silent = builder.exchangeFunction(request -> Mono.empty()).build();
            assertThatExceptionOfType(IllegalStateException.class)
                    .isThrownBy(() ->
                            silent.get().retrieve().bodyToMono(String.class).block());
            assertThat(stats(context).inFlight()).isZero();
        });
    }

    private static <T> T unlinked(T element) {
        throw new LinkageError("mine");
    }

    @Test
    void settings_reachTheGuard() {
        runner().withPropertyValues(
                        "loadline.guard.dependencies.db.concurrency=7",
                        "loadline.guard.dependencies.db.time-limit=3s",
                        "loadline.guard.dependencies.db.slow-call=200ms",
                        "loadline.guard.dependencies.db.failure-rate=0.25",
                        "loadline.guard.dependencies.db.slow-call-rate=0.75",
                        "loadline.guard.dependencies.db.window=10",
                        "loadline.guard.dependencies.db.open-most=100ms",
                        "loadline.guard.dependencies.db.feeds-readiness=true",
                        "loadline.guard.dependencies[odd/name x].concurrency=3")
                .run(context -> {
                    DependencyGuards guards = context.getBean(DependencyGuards.class);
                    DependencyGuard db = guards.guard("db");
                    assertThat(db.concurrency()).isEqualTo(7);
                    assertThat(db.timeLimit()).isEqualTo(Duration.ofSeconds(3));
                    assertThat(db.feedsReadiness()).isTrue();
                    var config = db.circuitBreaker().getCircuitBreakerConfig();
                    assertThat(config.getFailureRateThreshold()).isEqualTo(25);
                    assertThat(config.getSlowCallRateThreshold()).isEqualTo(75);
                    assertThat(config.getSlowCallDurationThreshold()).isEqualTo(Duration.ofMillis(200));
                    assertThat(config.getSlidingWindowSize()).isEqualTo(10);
                    assertThat(config.getMinimumNumberOfCalls()).isEqualTo(10);
                    assertThat(guards.guard("odd/name x").concurrency()).isEqualTo(3);
                    assertThat(guards.guards()).hasSize(2);
                });
    }

    @Test
    void settings_thatMakeNoSense_stopTheStart_andAreNamed() {
        assertRefused("db.failure-rate=1.5", "loadline.guard.dependencies.db.failure-rate", "1.5");
        assertRefused("db.concurrency=0", "loadline.guard.dependencies.db.concurrency", "0");
        assertRefused("db.time-limit=0s", "loadline.guard.dependencies.db.time-limit", "0");
        assertRefused("db.hosts=http://db:80/path", "loadline.guard.dependencies.db.hosts", "http://db:80/path");
        assertRefused("db.window=0", "loadline.guard.dependencies.db.window", "0");
    }

    @Test
    void thresholds_besideABreakerThatTheApplicationHas_stopTheStart() {
        CircuitBreakerRegistry registry = CircuitBreakerRegistry.ofDefaults();
        CircuitBreaker unused = registry.circuitBreaker("inventory");
        runner().withBean(CircuitBreakerRegistry.class, () -> registry)
                .withPropertyValues(
                        "loadline.guard.dependencies.inventory.time-limit=1s",
                        "loadline.guard.dependencies.inventory.failure-rate=0.3")
                .run(context -> assertThat(context.getStartupFailure())
                        .rootCause()
                        .isInstanceOf(InvalidSettingException.class)
                        .hasMessageContaining("loadline.guard.dependencies.inventory.failure-rate")
                        .hasMessageContaining("has a breaker of that name"));
    }

    @Test
    void registryOfTheApplication_holdsTheBreakers() {
        CircuitBreakerRegistry registry = CircuitBreakerRegistry.ofDefaults();
        runner().withBean(CircuitBreakerRegistry.class, () -> registry)
                .withPropertyValues("loadline.guard.dependencies.db.concurrency=7")
                .run(context -> assertThat(registry.find("db"))
                        .contains(context.getBean(DependencyGuards.class)
                                .guard("db")
                                .circuitBreaker()));
    }

    private void assertRefused(String setting, String... told) {
        runner().withPropertyValues("loadline.guard.dependencies." + setting).run(context -> {
            assertThat(context).hasFailed();
            Throwable cause = context.getStartupFailure();
            StringBuilder messages = new StringBuilder();
            for (; cause != null; cause = cause.getCause()) {
                messages.append(cause.getMessage()).append('\n');
            }
            assertThat(messages.toString()).contains(told);
        });
    }

    private interface Check {
        void check(ApplicationContext context) throws Exception;
    }

    private void run(Check check) {
        guarded().run(check::check);
    }

    private ApplicationContextRunner guarded() {
        return runner().withPropertyValues(
                        "loadline.guard.dependencies.inventory.hosts=127.0.0.1:"
                                + server.getAddress().getPort(),
                        "loadline.guard.dependencies.inventory.time-limit=10s");
    }

    private static ApplicationContextRunner runner() {
        return new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(
                        LoadlineAutoConfiguration.class,
                        LoadlineClientAutoConfiguration.class,
                        LoadlineWebClientAutoConfiguration.class,
                        RestClientAutoConfiguration.class,
                        RestTemplateAutoConfiguration.class,
                        WebClientAutoConfiguration.class));
    }

    private static DependencyGuard guard(ApplicationContext context) {
        return context.getBean(DependencyGuards.class).guard("inventory");
    }

    private static DependencyStats stats(ApplicationContext context) {
        return guard(context).stats();
    }

    private static void assertStats(ApplicationContext context, int succeeded, int failed) {
        assertThat(stats(context).succeeded()).isEqualTo(succeeded);
        assertThat(stats(context).failed()).isEqualTo(failed);
        assertThat(stats(context).inFlight()).isZero();
    }

    private static void refuse(ApplicationContext context) {
        context.getBean(DependencyGuards.class)
                .guard("inventory")
                .circuitBreaker()
                .transitionToForcedOpenState();
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
