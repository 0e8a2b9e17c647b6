package io.sluice.perf.load;

import io.sluice.perf.measure.Completion;
import io.sluice.runtime.CloseStack;
import java.util.Queue;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.eclipse.paho.mqttv5.client.IMqttToken;
import org.eclipse.paho.mqttv5.client.MqttActionListener;
import org.eclipse.paho.mqttv5.client.MqttAsyncClient;
import org.eclipse.paho.mqttv5.client.MqttCallback;
import org.eclipse.paho.mqttv5.client.MqttDisconnectResponse;
import org.eclipse.paho.mqttv5.client.persist.MemoryPersistence;
import org.eclipse.paho.mqttv5.common.MqttException;
import org.eclipse.paho.mqttv5.common.MqttMessage;
import org.eclipse.paho.mqttv5.common.packet.MqttProperties;

/**
 * MQTT 5 with quality of service 1, one-way with 0; one connection per load thread. A group with a backlog or with several
 * members is a shared subscription; else a consumer subscribes by itself.
 */
public final class MqttLoadClient implements LoadClient {
    private static final int AT_MOST_ONCE = 0;
    private static final int AT_LEAST_ONCE = 1;
    private static final long ANSWER_MS = 10_000;
    /** One level below the topic: a tag, as devices have it. */
    private static final String LEVEL = "/load";

    private final Queue<MqttAsyncClient> opened = new ConcurrentLinkedQueue<>();
    private final ThreadLocal<MqttAsyncClient> connection = ThreadLocal.withInitial(this::connect);
    private final Set<String> shared = ConcurrentHashMap.newKeySet();
    private final LoadSettings settings;

    public MqttLoadClient(LoadSettings settings) {
        this.settings = settings;
    }

    private MqttAsyncClient connect() {
        try {
            MqttAsyncClient client = new MqttAsyncClient(
                    "tcp://" + settings.address(), "perf-" + UUID.randomUUID(), new MemoryPersistence());
            client.connect().waitForCompletion(ANSWER_MS);
            opened.add(client);
            return client;
        } catch (MqttException failed) {
            throw new IllegalStateException(
                    "no MQTT connection to %s: %s".formatted(settings.address(), failed.getMessage()), failed);
        }
    }

    @Override
    public void send(int topic, byte[] body, Completion completion) throws MqttException {
        String name = settings.topicName(topic) + LEVEL;
        switch (settings.style()) {
            case SYNC -> {
                connection.get().publish(name, body, AT_LEAST_ONCE, false).waitForCompletion(ANSWER_MS);
                completion.done(1);
            }
            case ASYNC -> connection.get().publish(name, body, AT_LEAST_ONCE, false, null, new Told(completion));
            case ONE_WAY -> connection.get().publish(name, body, AT_MOST_ONCE, false, null, new Told(completion));
            case BATCH -> throw new UnsupportedOperationException("MQTT has no batches");
        }
    }

    private record Told(Completion completion) implements MqttActionListener {
        @Override
        public void onSuccess(IMqttToken published) {
            completion.done(1);
        }

        @Override
        public void onFailure(IMqttToken published, Throwable cause) {
            completion.failed(cause);
        }
    }

    /**
     * A shared subscription begins where its first member came, and keeps its place once it has settled a message: a probe,
     * which nobody counts because it is shorter than a body.
     */
    @Override
    public boolean prepare(String group) throws Exception {
        shared.add(group);
        MqttAsyncClient first = connect();
        CountDownLatch probed = new CountDownLatch(settings.topics());
        subscribe(first, group, true, probe -> probed.countDown());
        for (String topic : settings.topicNames()) {
            first.publish(topic + LEVEL, new byte[1], AT_LEAST_ONCE, false).waitForCompletion(ANSWER_MS);
        }
        if (!probed.await(ANSWER_MS, TimeUnit.MILLISECONDS)) {
            throw new IllegalStateException("a shared subscription of %s got no message within %d ms"
                    .formatted(settings.topicNames(), ANSWER_MS));
        }
        disconnect(first);
        return true;
    }

    @Override
    public AutoCloseable receive(Member member, Consumer<byte[]> received) throws MqttException {
        MqttAsyncClient client = connect();
        subscribe(client, member.group(), member.count() > 1 || shared.contains(member.group()), body -> {
            if (body.length == settings.bodyBytes()) {
                received.accept(body);
            }
        });
        return () -> disconnect(client);
    }

    /** The callback of the connection: the library finds no listener of a single subscription for a shared one. */
    private void subscribe(MqttAsyncClient client, String group, boolean isShared, Consumer<byte[]> received)
            throws MqttException {
        client.setCallback(new Arrivals(received));
        for (String topic : settings.topicNames()) {
            String filter = (isShared ? "$share/" + group + "/" : "") + topic + LEVEL;
            client.subscribe(filter, AT_LEAST_ONCE).waitForCompletion(ANSWER_MS);
        }
    }

    private record Arrivals(Consumer<byte[]> received) implements MqttCallback {
        @Override
        public void messageArrived(String topic, MqttMessage message) {
            received.accept(message.getPayload());
        }

        @Override
        public void disconnected(MqttDisconnectResponse response) {
            System.err.println("the MQTT server has ended a connection: " + response);
        }

        @Override
        public void mqttErrorOccurred(MqttException failure) {
            System.err.println("MQTT: " + failure);
        }

        @Override
        public void deliveryComplete(IMqttToken published) {
            // Sends have a listener each.
        }

        @Override
        public void connectComplete(boolean again, String server) {
            // Waited for where the connection is made.
        }

        @Override
        public void authPacketArrived(int reason, MqttProperties properties) {
            // No authentication is asked for.
        }
    }

    private void disconnect(MqttAsyncClient client) throws MqttException {
        if (opened.remove(client)) {
            client.disconnect().waitForCompletion(ANSWER_MS);
            client.close();
        }
    }

    @Override
    public void close() {
        try (CloseStack closing = new CloseStack()) {
            opened.forEach(client -> closing.push(() -> {
                client.disconnectForcibly(0, 0, false);
                client.close();
            }));
        }
    }
}
