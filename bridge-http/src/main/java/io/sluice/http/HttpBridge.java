package io.sluice.http;

import io.sluice.http.channel.Gate;
import io.sluice.http.channel.HttpListener;
import io.sluice.http.channel.PathTable;
import io.sluice.http.channel.Route;
import io.sluice.http.consume.BrowseEndpoint;
import io.sluice.http.consume.PullEndpoint;
import io.sluice.http.consume.SettleEndpoints;
import io.sluice.http.consume.StreamEndpoint;
import io.sluice.http.observe.HealthEndpoints;
import io.sluice.http.observe.HealthSource;
import io.sluice.http.observe.HttpMetrics;
import io.sluice.http.observe.MetricsEndpoint;
import io.sluice.http.produce.SendEndpoint;
import io.sluice.http.produce.TransactionEndpoints;
import io.sluice.http.produce.WaitingEndpoints;
import io.sluice.http.topic.TopicEndpoints;
import io.sluice.port.BrokerPort;
import java.net.InetSocketAddress;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;

/**
 * The REST door of one broker. {@link #open} wires, {@link #start} binds, {@link #close} says not ready, answers the calls
 * that wait, lets the others finish within the listener's patience, and unbinds. The port belongs to the caller and is not
 * closed. Any thread.
 */
public final class HttpBridge implements AutoCloseable {
    private final HttpListener listener;

    private HttpBridge(HttpListener listener) {
        this.listener = listener;
    }

    public static HttpBridge open(HttpConfig config, BrokerPort port, HealthSource health) {
        Gate gate = new Gate(config.listener().bounds());
        HttpMetrics metrics = new HttpMetrics(gate);
        InstantSource clock = InstantSource.system();
        List<Route> routes = new ArrayList<>();
        routes.addAll(new SendEndpoint(port, metrics, config.messageMaxBytes(), clock).routes());
        routes.addAll(new WaitingEndpoints(port).routes());
        routes.addAll(new TransactionEndpoints(port).routes());
        routes.addAll(new BrowseEndpoint(port, metrics, config.consume()).routes());
        routes.addAll(new StreamEndpoint(port, metrics, config.consume(), clock).routes());
        routes.addAll(new PullEndpoint(port, metrics, config.consume(), clock).routes());
        routes.addAll(new SettleEndpoints(port, metrics, config.consume()).routes());
        routes.addAll(new TopicEndpoints(port, config.newTopicQueues()).routes());
        routes.addAll(new HealthEndpoints(health, gate).routes());
        routes.addAll(new MetricsEndpoint(metrics).routes());
        return new HttpBridge(new HttpListener(config.listener(), new PathTable(routes), gate, metrics));
    }

    /**
     * Binds and begins to answer; once.
     *
     * @throws io.sluice.http.channel.HttpListenerException when the address cannot be listened on
     */
    public void start() {
        listener.start();
    }

    /** The port it listens on; throws before {@link #start}. */
    public int localPort() {
        return listener.localAddress().getPort();
    }

    public InetSocketAddress localAddress() {
        return listener.localAddress();
    }

    /** The first half of {@link #close}: not ready, no new calls, no more waiting; calls under way go on. */
    public void beginClosing() {
        listener.beginClosing();
    }

    @Override
    public void close() {
        listener.close();
    }
}
