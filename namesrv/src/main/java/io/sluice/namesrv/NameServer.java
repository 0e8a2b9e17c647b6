package io.sluice.namesrv;

import io.sluice.namesrv.kv.KvSettings;
import io.sluice.namesrv.kv.KvStore;
import io.sluice.namesrv.remoting.NameServerTable;
import io.sluice.namesrv.route.RouteExpiry;
import io.sluice.namesrv.route.RouteTable;
import io.sluice.namesrv.settings.NameServerSettings;
import io.sluice.namesrv.settings.OverridesStore;
import io.sluice.runtime.CloseStack;
import io.sluice.runtime.DutyThread;
import io.sluice.runtime.Threads;
import io.sluice.transport.ConnectionLimits;
import io.sluice.transport.IoThreads;
import io.sluice.transport.RemotingServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One name server: {@link #open}, {@link #start}, {@link #close}. Threads: event loops {@code namesrv-io}, one for changes
 * ({@code namesrv-admin}), one that looks for silent brokers ({@code route-expiry}).
 */
public final class NameServer implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(NameServer.class);
    /** Changes that wait for their turn; further ones are answered with code 2 (busy). */
    private static final int ADMIN_QUEUE_MAX = 10_000;

    private final NameServerConfig config;
    private final RouteTable routes;
    private final KvSettings kv;
    private final NameServerSettings settings;
    private final CloseStack running = new CloseStack();
    private InetSocketAddress address;

    private NameServer(NameServerConfig config, RouteTable routes, KvSettings kv, NameServerSettings settings) {
        this.config = config;
        this.routes = routes;
        this.kv = kv;
        this.settings = settings;
    }

    /** A name server whose settings are forgotten with the process. */
    public static NameServer open(NameServerConfig config) throws IOException {
        return open(config, KvStore.inMemory(), OverridesStore.inMemory());
    }

    /**
     * @param config    with what was changed at run time before laid over it
     * @param overrides keeps what is changed from now on
     * @throws IOException when the key-value settings cannot be loaded
     */
    public static NameServer open(NameServerConfig config, KvStore kvStore, OverridesStore overrides)
            throws IOException {
        NameServerSettings settings = new NameServerSettings(shown(config), overrides);
        RouteTable routes =
                new RouteTable(config.brokerSilence().toMillis(), settings::dropUnreportedTopics, System::nanoTime);
        return new NameServer(config, routes, KvSettings.open(kvStore), settings);
    }

    /**
     * Runs threads and binds the port.
     *
     * @throws IOException when the port is taken
     */
    public synchronized void start() throws IOException {
        if (address != null) {
            throw new IllegalStateException("the name server runs already on " + address);
        }
        try (CloseStack starting = new CloseStack()) {
            ThreadPoolExecutor admin = new ThreadPoolExecutor(
                    1,
                    1,
                    0,
                    TimeUnit.SECONDS,
                    new ArrayBlockingQueue<>(ADMIN_QUEUE_MAX),
                    Threads.daemons("namesrv-admin"));
            starting.push(admin::shutdownNow);
            IoThreads threads = starting.push(IoThreads.start("namesrv-io", config.ioThreads()));
            RemotingServer server = starting.push(RemotingServer.open(threads, ConnectionLimits.DEFAULT));
            starting.push(
                    DutyThread.start(new RouteExpiry(routes, config.scanEvery().toMillis())));
            address =
                    server.listen(config.bindAddress(), config.port(), NameServerTable.of(routes, kv, admin, settings));
            running.push(starting.release());
        }
        log.info("name server listens: address={}", address);
    }

    private static Map<String, String> shown(NameServerConfig config) {
        return Map.of(
                "bindAddress",
                config.bindAddress(),
                "namesrvPort",
                Integer.toString(config.port()),
                "scanNotActiveBrokerInterval",
                Long.toString(config.scanEvery().toMillis()),
                NameServerSettings.ORDERED_TOPICS,
                Boolean.toString(config.orderedTopics()),
                NameServerSettings.DROP_UNREPORTED_TOPICS,
                Boolean.toString(config.dropUnreportedTopics()));
    }

    /** The port bound; known once started. */
    public synchronized int port() {
        if (address == null) {
            throw new IllegalStateException("the name server has no port before it was started");
        }
        return address.getPort();
    }

    /** Stops listening, ends all connections and joins the threads; twice is harmless. */
    @Override
    public synchronized void close() {
        running.close();
    }
}
