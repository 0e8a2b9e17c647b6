package io.sluice.mqtt;

import io.sluice.mqtt.channel.MqttListener;
import io.sluice.mqtt.deliver.FanOut;
import io.sluice.mqtt.deliver.Traffic;
import io.sluice.mqtt.session.Household;
import io.sluice.mqtt.session.Sessions;
import io.sluice.port.BrokerPort;
import io.sluice.runtime.CloseStack;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The MQTT door of one node. Opened, started and closed by its owner, who also owns the port and closes it afterwards.
 */
public final class MqttBridge implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(MqttBridge.class);

    private final MqttConfig config;
    private final Traffic traffic;
    private final FanOut fanOut;
    private final Sessions sessions;
    private final MqttListener listener;
    private final CloseStack opened;
    private boolean started;

    private MqttBridge(
            MqttConfig config,
            Traffic traffic,
            FanOut fanOut,
            Sessions sessions,
            MqttListener listener,
            CloseStack opened) {
        this.config = config;
        this.traffic = traffic;
        this.fanOut = fanOut;
        this.sessions = sessions;
        this.listener = listener;
        this.opened = opened;
    }

    /** Puts the door together; nobody can connect yet. */
    public static MqttBridge open(MqttConfig config, BrokerPort port) {
        try (CloseStack opening = new CloseStack()) {
            Traffic traffic = new Traffic();
            FanOut fanOut = opening.push(FanOut.open(port, config.delivery(), traffic));
            Sessions sessions =
                    new Sessions(port, new Household(fanOut, config.sessions(), config.delivery(), traffic));
            MqttListener listener = opening.push(new MqttListener(config.listener(), sessions));
            return new MqttBridge(config, traffic, fanOut, sessions, listener, opening.release());
        }
    }

    /**
     * Listens; clients may connect.
     *
     * @throws io.sluice.model.SluiceException when the address cannot be listened on
     */
    public void start() {
        listener.start();
        started = true;
    }

    /** The port that is listened on; the door has been started. */
    public int localPort() {
        return listener.localPort();
    }

    /** What has been counted since the door was opened. */
    public Traffic traffic() {
        return traffic;
    }

    /** How many clients are connected. */
    public int connectedSessions() {
        return sessions.size();
    }

    /** How many subscriptions they have. */
    public int subscriptions() {
        return fanOut.subscriptions();
    }

    /** How many native topics are followed for them. */
    public int followedTopics() {
        return fanOut.followedTopics();
    }

    /**
     * Takes no more connections, tells MQTT 5 clients with reason 0x8B, publishes the wills, and ends everything. Twice is
     * harmless.
     */
    @Override
    public void close() {
        listener.stopAccepting();
        int told = sessions.size();
        try {
            sessions.endAll().toCompletableFuture().get(config.closeMs(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException late) {
            log.warn("{} MQTT sessions did not end within {} ms", sessions.size(), config.closeMs());
        } catch (ExecutionException failed) {
            log.warn("MQTT sessions did not end in good order", failed);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
        opened.close();
        if (started) {
            started = false;
            log.info("MQTT door is closed: {} clients were disconnected", told);
        }
    }
}
