package io.sluice.perf.load;

import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;
import org.eclipse.paho.mqttv5.client.IMqttMessageListener;
import org.eclipse.paho.mqttv5.client.MqttClient;
import org.eclipse.paho.mqttv5.client.persist.MemoryPersistence;
import org.eclipse.paho.mqttv5.common.MqttException;
import org.eclipse.paho.mqttv5.common.MqttSubscription;

/** MQTT 5 with quality of service 1, acknowledged one by one; one connection per load thread. */
public final class MqttLoadClient implements LoadClient {
    private static final int AT_LEAST_ONCE = 1;

    private final Queue<MqttClient> opened = new ConcurrentLinkedQueue<>();
    private final ThreadLocal<MqttClient> connection = ThreadLocal.withInitial(this::connect);
    private final LoadSettings settings;

    public MqttLoadClient(LoadSettings settings) {
        if (settings.style() != SendStyle.SYNC) {
            throw new IllegalArgumentException(
                    "style %s is not one of the MQTT load; use sync".formatted(settings.style()));
        }
        this.settings = settings;
    }

    private MqttClient connect() {
        try {
            MqttClient client =
                    new MqttClient("tcp://" + settings.address(), "perf-" + UUID.randomUUID(), new MemoryPersistence());
            client.connect();
            opened.add(client);
            return client;
        } catch (MqttException failed) {
            throw new IllegalStateException("no MQTT connection to " + settings.address(), failed);
        }
    }

    @Override
    public CompletionStage<Integer> send(byte[] body) throws MqttException {
        connection.get().publish(settings.topic() + "/load", body, AT_LEAST_ONCE, false);
        return CompletableFuture.completedFuture(1);
    }

    @Override
    public void receive(String group, Consumer<byte[]> received) throws MqttException {
        MqttClient client = connect();
        client.subscribe(
                new MqttSubscription[] {new MqttSubscription(settings.topic() + "/load", AT_LEAST_ONCE)},
                new IMqttMessageListener[] {(topic, message) -> received.accept(message.getPayload())});
    }

    @Override
    public void close() {
        for (MqttClient client : opened) {
            try {
                client.disconnectForcibly(0, 0, false);
                client.close();
            } catch (MqttException failed) {
                throw new IllegalStateException("an MQTT connection does not close", failed);
            }
        }
    }
}
