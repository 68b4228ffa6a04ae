/*
 * Copyright 2026 The Loadline authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.loadline.samples.orders;

import com.sun.net.httpserver.HttpContext;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.loadline.Loadline;
import io.loadline.availability.DependencyCheck;
import io.loadline.drain.DrainPhase;
import io.loadline.guard.ClientKey;
import io.loadline.guard.MissingKeys;
import io.loadline.guard.Quota;
import io.loadline.limit.FixedLimit;
import io.loadline.limit.Route;
import io.loadline.management.LimitingFilter;
import io.loadline.management.QuotaFilter;
import io.loadline.samples.orders.EndpointHandler.Endpoint;
import io.loadline.samples.orders.domain.Catalog;
import io.loadline.samples.orders.domain.Pool;
import io.loadline.startup.FailurePolicy;
import io.loadline.startup.StageContext;
import io.loadline.startup.StartupPlan;
import io.loadline.startup.StartupStage;
import io.loadline.startup.WarmUp;
import io.loadline.startup.WarmUpReport;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.jvm.ExecutorServiceMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The orders service on the JDK's own HTTP server. Thread-safe. */
final class OrdersServer {
    private static final Logger log = LoggerFactory.getLogger(OrdersServer.class);

    /*
     * A bounded pool, not virtual threads: the sample runs on JDK 17, where they would take reflection or a
     * multi-release jar. As many threads, and as long an accept queue, as Tomcat has by default: the samples compare.
     */
    private static final int THREADS = 200;
    private static final int ACCEPT_QUEUE = 100;
    private static final int MANAGEMENT_THREADS = 2;

    private static final ClientKey API_KEY = ClientKey.header("X-Api-Key");
    private static final Duration QUOTA_PERIOD = Duration.ofMinutes(1);
    private static final int BURN_COSTS = 5;
    private static final Duration INVENTORY_TIME_LIMIT = Duration.ofSeconds(2);
    private static final double STOCK_OFF_ABOVE = 0.9;

    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final StreamEndpoint streams = new StreamEndpoint();
    private final Pool pool = new Pool();
    private final Settings settings;
    private final WarmUp warmUp;
    private final OrderRepository orders;
    private final Optional<Quota> quota;
    private final Optional<Loadline> loadline;
    private final HttpServer server;
    private final Optional<HttpServer> management;

    /** Written by the threads that start and stop the service, read by the probes; may be seen late. */
    private volatile boolean started;

    private volatile boolean stopping;

    /** Written once by the thread that reads it, read by requests; empty before that. */
    private volatile Optional<Catalog> catalog = Optional.empty();

    private OrdersServer(Settings settings) throws IOException, SQLException {
        this.settings = settings;
        warmUp = warmUp(settings.warmUpPaths());
        orders = new OrderRepository(registry);
        quota = settings.clientLimit().isPresent()
                ? Optional.of(quota(settings.clientLimit().getAsInt()))
                : Optional.empty();
        loadline = settings.loadlineEnabled() ? Optional.of(buildLoadline()) : Optional.empty();
        ThreadPoolExecutor executor = executor("http", THREADS);
        server = listen(settings.port(), executor);
        management = settings.managementPort().isPresent()
                ? Optional.of(listen(settings.managementPort().getAsInt(), executor("management", MANAGEMENT_THREADS)))
                : Optional.empty();
        measure(executor);
        addBusiness();
        addObservation(server);
        management.ifPresent(this::addObservation);
    }

    static OrdersServer start(Settings settings) throws IOException, SQLException, InterruptedException {
        OrdersServer orders = new OrdersServer(settings);
        if (orders.loadline.isEmpty()) {
            orders.readCatalog(() -> {});
        }
        orders.server.start();
        orders.management.ifPresent(HttpServer::start);
        orders.started = true;
        log.info("HTTP started on port {}", orders.server.getAddress().getPort());
        orders.management.ifPresent(management -> log.info(
                "Management started on port {}", management.getAddress().getPort()));
        log.info("Orders service started");
        // Reads the catalog when there is memory for it, calls its own routes, and says then that it is ready.
        orders.loadline.ifPresent(loadline -> loadline.start().startup().begin("server listens"));
        return orders;
    }

    Optional<Loadline> loadline() {
        return loadline;
    }

    private Loadline buildLoadline() {
        Loadline.Builder builder = Loadline.builder("orders")
                .meterRegistry(registry)
                .startup(plan())
                .memory(memory -> memory.window(settings.memoryWindow()))
                // How much of it is in use.
                .signal(signal -> signal.saturation(pool))
                .dependency(DependencyCheck.builder("database", orders::isThere).build());
        settings.limit().ifPresent(limit -> builder.limiter(limiter -> limiter.algorithm(() -> FixedLimit.of(limit))));
        quota.ifPresent(builder::quota);
        settings.inventory()
                .ifPresent(inventory -> builder.guard(
                                StockEndpoint.DEPENDENCY, guard -> guard.timeLimit(INVENTORY_TIME_LIMIT))
                        .degradation(features -> features.feature(StockEndpoint.FEATURE, STOCK_OFF_ABOVE)));
        settings.directory().ifPresent(directory -> builder.settings(changing -> changing.watch(directory)));
        Loadline loadline = builder.build();
        // An open stream is a call that never ends: it is told to go when nothing new comes any more.
        loadline.drain().listen(phase -> {
            if (phase == DrainPhase.QUIESCING) {
                streams.completeAll();
            }
        });
        return loadline;
    }

    /** What burns CPU may be asked for less often; who has no key, such as a browser, is not limited. */
    private static Quota quota(int limit) {
        return Quota.builder("http")
                .limit(limit, QUOTA_PERIOD)
                .route("GET /burn", Math.max(1, limit / BURN_COSTS), QUOTA_PERIOD)
                .missingKeys(MissingKeys.ADMIT)
                .build();
    }

    /** The catalog first, then calls of the service's own routes: readiness waits for both. */
    private StartupPlan plan() {
        StartupStage.Builder catalogStage = StartupStage.builder("catalog", context -> readCatalog(context::checkpoint))
                .estimateBytes(settings.catalogBytes());
        StartupPlan.Builder plan = StartupPlan.builder()
                .stage(
                        settings.gated()
                                ? catalogStage.build()
                                : catalogStage.ungated().build())
                .gate(gate -> settings.lockFile().ifPresent(gate::lockFile));
        if (!settings.warmUpPaths().isEmpty()) {
            plan.stage(StartupStage.builder("warm-up", this::callOwnRoutes)
                    .dependsOn("catalog")
                    .onFailure(FailurePolicy.degrade())
                    .ungated()
                    .build());
        }
        return plan.build();
    }

    private static WarmUp warmUp(List<String> paths) {
        WarmUp.Builder builder = WarmUp.builder();
        paths.forEach(builder::get);
        return builder.build();
    }

    private void callOwnRoutes(StageContext stage) throws InterruptedException {
        WarmUpReport unused =
                warmUp.run(URI.create("http://localhost:" + server.getAddress().getPort()), stage);
    }

    private void readCatalog(Catalog.Checkpoint checkpoint) throws InterruptedException {
        catalog = Optional.of(Catalog.read(settings.catalogBytes(), settings.catalogTime(), checkpoint));
    }

    private void addBusiness() {
        WorkEndpoints work = new WorkEndpoints(pool);
        business(OrderEndpoint.PATH, OrderEndpoint.PATH + "{id}", new OrderEndpoint(orders)::order);
        business(CatalogEndpoint.PATH, CatalogEndpoint.PATH + "{product}", new CatalogEndpoint(() -> catalog)::price);
        business("/work", "/work", work::work);
        business("/pool", "/pool", work::pool);
        business("/burn", "/burn", work::burn);
        business("/stream", "/stream", streams::stream);
        loadline.ifPresent(some -> settings.inventory()
                .ifPresent(inventory -> business(
                        StockEndpoint.PATH, StockEndpoint.PATH + "{id}", new StockEndpoint(inventory, some)::stock)));
    }

    /** Every path that does work comes through here: what stands in front of all of them is a filter of this context. */
    private void business(String path, String route, Endpoint endpoint) {
        HttpContext context = server.createContext(path, new EndpointHandler(endpoint));
        context.getFilters().add(new RequestTimer(route, registry));
        loadline.ifPresent(some -> {
            Route limited = some.limiter().route("GET " + route);
            // What a client may not ask for is no load.
            quota.ifPresent(each -> context.getFilters()
                    .add(new QuotaFilter(each, API_KEY, some.drain(), warmUp)
                            .routes(exchange -> limited)
                            .loadReports(some.orca())));
            context.getFilters()
                    .add(new LimitingFilter(some.limiter(), some.drain(), warmUp, exchange -> limited)
                            .loadReports(some.orca()));
        });
    }

    /** Probes and metrics, on the main port and on the management port: nothing stands in front of them. */
    private void addObservation(HttpServer target) {
        loadline.ifPresentOrElse(some -> some.managementEndpoints().addTo(target), () -> addProbes(target));
        target.createContext("/metrics", new EndpointHandler(this::metrics));
        target.createContext("/", new EndpointHandler(exchange -> {
            throw new HttpProblem(404, "Nothing here");
        }));
    }

    private void addProbes(HttpServer target) {
        target.createContext("/livez", new EndpointHandler(probe(() -> true)));
        target.createContext("/readyz", new EndpointHandler(probe(() -> started && !stopping)));
        target.createContext("/startupz", new EndpointHandler(probe(() -> started)));
    }

    private static Endpoint probe(BooleanSupplier up) {
        return exchange -> {
            boolean isUp = up.getAsBoolean();
            Responses.json(exchange, isUp ? 200 : 503, Map.of("status", isUp ? "UP" : "DOWN"));
        };
    }

    private void metrics(HttpExchange exchange) throws IOException {
        Responses.text(exchange, "text/plain; version=0.0.4; charset=utf-8", registry.scrape());
    }

    private void measure(ExecutorService executor) {
        List.of(
                        new JvmMemoryMetrics(),
                        new JvmThreadMetrics(),
                        new ProcessorMetrics(),
                        new ExecutorServiceMetrics(executor, "http", List.of()))
                .forEach(meters -> meters.bindTo((MeterRegistry) registry));
    }

    /**
     * Takes no more connections, ends the streams, lets requests in progress finish for as long as {@code grace} and
     * closes what is left.
     */
    void stop(Duration grace) {
        stopping = true;
        streams.completeAll();
        server.stop(Math.toIntExact(grace.toSeconds()));
        management.ifPresent(target -> target.stop(0));
        orders.close();
        log.info("Orders service stopped");
    }

    private static HttpServer listen(int port, ExecutorService executor) throws IOException {
        try {
            HttpServer server = HttpServer.create(new InetSocketAddress(port), ACCEPT_QUEUE);
            server.setExecutor(executor);
            return server;
        } catch (BindException e) {
            throw new IOException("port " + port + " cannot be used: " + e.getMessage(), e);
        }
    }

    private static ThreadPoolExecutor executor(String name, int threads) {
        AtomicInteger number = new AtomicInteger();
        ThreadPoolExecutor executor =
                new ThreadPoolExecutor(threads, threads, 60, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
                    Thread thread = new Thread(task, name + "-" + number.incrementAndGet());
                    // What must finish is what the server waits for when it stops.
                    thread.setDaemon(true);
                    return thread;
                });
        executor.allowCoreThreadTimeOut(true);
        return executor;
    }
}
