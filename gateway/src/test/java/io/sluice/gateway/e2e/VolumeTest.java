package io.sluice.gateway.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sluice.gateway.node.ApacheClient;
import io.sluice.gateway.node.ApacheClient.Version;
import io.sluice.gateway.node.NodeProcess;
import io.sluice.jms.SluiceConnectionFactory;
import jakarta.jms.CompletionListener;
import jakarta.jms.Connection;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageProducer;
import jakarta.jms.Queue;
import jakarta.jms.Session;
import jakarta.jms.TextMessage;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.eclipse.paho.client.mqttv3.IMqttActionListener;
import org.eclipse.paho.client.mqttv3.IMqttToken;
import org.eclipse.paho.client.mqttv3.MqttAsyncClient;
import org.eclipse.paho.client.mqttv3.MqttConnectOptions;
import org.eclipse.paho.client.mqttv3.persist.MemoryPersistence;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Many messages of 1 KB in and out by each door of one node, with a heap that could not hold what waits at once: the system
 * properties {@code sluice.volume.messages} and {@code sluice.volume.heap}. {@code -P crash} takes a hundred thousand by each
 * door and 512 MB.
 */
class VolumeTest {
    private static final int MESSAGES = Integer.getInteger("sluice.volume.messages", 10_000);
    private static final int BODY_BYTES = 1024;
    private static final int IN_FLIGHT = 500;
    private static final Duration PATIENCE = Duration.ofMinutes(4);

    @TempDir
    static Path directory;

    private static NodeProcess node;

    @BeforeAll
    static void startNode() {
        node = NodeProcess.withHeap(System.getProperty("sluice.volume.heap", "64m"), directory.resolve("data"));
    }

    @AfterAll
    static void stopNode() {
        node.close();
    }

    /** What a receiver has seen: each number once, and per sequence only upwards. */
    private static final class Ledger {
        private final BitSet seen = new BitSet(MESSAGES);
        private final Map<String, Integer> last = new HashMap<>();
        private int repeats;
        private int steppedBack;

        synchronized void got(String sequence, String body) {
            int number = Integer.parseInt(body.substring(2, body.indexOf(' ')));
            if (seen.get(number)) {
                repeats++;
            }
            seen.set(number);
            Integer before = last.put(sequence, number);
            if (before != null && before > number) {
                steppedBack++;
            }
        }

        synchronized int count() {
            return seen.cardinality();
        }

        void awaitAll() {
            await().atMost(PATIENCE).until(() -> count() == MESSAGES);
            synchronized (this) {
                assertThat(repeats).as("messages seen twice").isZero();
                assertThat(steppedBack).as("messages out of order").isZero();
            }
        }
    }

    private static String body(int number) {
        String start = "m-" + number + " ";
        return start + ".".repeat(BODY_BYTES - start.length());
    }

    @Test
    void byTheNativeDoor() {
        try (ApacheClient client = new ApacheClient(Version.V5, node.nameServer(), directory)) {
            client.tell("producer", "P_volume");
            client.tell("sendmany", "VolumeNative", String.valueOf(MESSAGES), "1", "m", String.valueOf(BODY_BYTES));
            client.tell("consumer", "C_volume", "VolumeNative", "*", "0");
            await().atMost(PATIENCE).until(() -> client.received().size() >= MESSAGES);
            Ledger ledger = new Ledger();
            client.received().stream()
                    .sorted((left, right) -> Long.compare(left.queueOffset(), right.queueOffset()))
                    .forEach(got -> ledger.got("queue " + got.queueId(), got.body()));
            ledger.awaitAll();
        }
    }

    @Test
    void byTheMqttDoor() throws Exception {
        Ledger ledger = new Ledger();
        Semaphore inFlight = new Semaphore(IN_FLIGHT);
        AtomicReference<Throwable> failure = new AtomicReference<>();
        MqttConnectOptions options = new MqttConnectOptions();
        options.setMaxInflight(IN_FLIGHT + 10);
        try (MqttAsyncClient receiver = new MqttAsyncClient(node.mqtt(), "volume-in", new MemoryPersistence());
                MqttAsyncClient sender = new MqttAsyncClient(node.mqtt(), "volume-out", new MemoryPersistence())) {
            receiver.connect().waitForCompletion();
            receiver.subscribe(
                            "VolumeMqtt/#",
                            1,
                            (topic, message) ->
                                    ledger.got(topic, new String(message.getPayload(), StandardCharsets.UTF_8)))
                    .waitForCompletion();
            sender.connect(options).waitForCompletion();
            for (int number = 0; number < MESSAGES; number++) {
                inFlight.acquire();
                sender.publish(
                        "VolumeMqtt/" + number % 4,
                        body(number).getBytes(StandardCharsets.UTF_8),
                        1,
                        false,
                        null,
                        new IMqttActionListener() {
                            @Override
                            public void onSuccess(IMqttToken token) {
                                inFlight.release();
                            }

                            @Override
                            public void onFailure(IMqttToken token, Throwable cause) {
                                failure.set(cause);
                                inFlight.release();
                            }
                        });
            }
            ledger.awaitAll();
            assertThat(failure.get()).isNull();
            sender.disconnect().waitForCompletion();
            receiver.disconnect().waitForCompletion();
        }
    }

    @Test
    void byTheHttpDoor() throws Exception {
        HttpClient http = HttpClient.newHttpClient();
        ObjectMapper json = new ObjectMapper();
        Semaphore inFlight = new Semaphore(64);
        AtomicInteger refused = new AtomicInteger();
        Map<String, Map<Long, String>> byQueue = new HashMap<>();
        for (int number = 0; number < MESSAGES; number++) {
            inFlight.acquire();
            http.sendAsync(
                            HttpRequest.newBuilder(URI.create(
                                            node.http() + "/v1/topics/VolumeHttp/messages?shard=s" + number % 4))
                                    .header("Content-Type", "text/plain")
                                    .POST(BodyPublishers.ofString(body(number)))
                                    .build(),
                            BodyHandlers.discarding())
                    .whenComplete((answer, failed) -> {
                        if (failed != null || answer.statusCode() != 201) {
                            refused.incrementAndGet();
                        }
                        inFlight.release();
                    });
        }
        inFlight.acquire(64);
        assertThat(refused).hasValue(0);
        Ledger ledger = new Ledger();
        while (ledger.count() < MESSAGES) {
            HttpResponse<byte[]> pulled =
                    post(http, "/v1/topics/VolumeHttp/groups/volume/pull?max=256&wait=5s&lease=5m", "");
            JsonNode messages = json.readTree(pulled.body()).path("messages");
            assertThat(messages.isEmpty()).as("all that was sent can be pulled").isFalse();
            StringBuilder receipts = new StringBuilder("{\"receipts\":[");
            for (JsonNode message : messages) {
                // Several connections sent at once, so only presence is asked for here; order is the queue's own
                // offsets.
                byQueue.computeIfAbsent(message.path("queue").asText(), none -> new HashMap<>())
                        .merge(message.path("offset").asLong(), "", (one, two) -> {
                            throw new AssertionError("pulled twice: " + message.path("offset"));
                        });
                ledger.got(
                        message.path("receipt").asText(), message.path("data").asText());
                receipts.append(receipts.charAt(receipts.length() - 1) == '[' ? "" : ",")
                        .append(message.path("receipt"));
            }
            post(http, "/v1/ack", receipts.append("]}").toString());
        }
        ledger.awaitAll();
    }

    private static HttpResponse<byte[]> post(HttpClient http, String path, String body) throws Exception {
        HttpResponse<byte[]> answer = http.send(
                HttpRequest.newBuilder(URI.create(node.http() + path))
                        .header("Content-Type", "application/json")
                        .POST(BodyPublishers.ofString(body))
                        .build(),
                BodyHandlers.ofByteArray());
        assertThat(answer.statusCode())
                .as(new String(answer.body(), StandardCharsets.UTF_8))
                .isEqualTo(200);
        return answer;
    }

    @Test
    void byTheJmsDoor() throws Exception {
        Ledger ledger = new Ledger();
        Semaphore inFlight = new Semaphore(IN_FLIGHT);
        AtomicReference<Exception> failure = new AtomicReference<>();
        try (Connection connection = new SluiceConnectionFactory("sluice://" + node.nameServer()).createConnection()) {
            Session sending = connection.createSession(Session.AUTO_ACKNOWLEDGE);
            Session receiving = connection.createSession(Session.DUPS_OK_ACKNOWLEDGE);
            Queue queue = sending.createQueue("VolumeJms");
            MessageProducer producer = sending.createProducer(queue);
            CompletionListener whenStored = new CompletionListener() {
                @Override
                public void onCompletion(Message message) {
                    inFlight.release();
                }

                @Override
                public void onException(Message message, Exception exception) {
                    failure.set(exception);
                    inFlight.release();
                }
            };
            for (int number = 0; number < MESSAGES; number++) {
                inFlight.acquire();
                producer.send(sending.createTextMessage(body(number)), whenStored);
            }
            receiving.createConsumer(queue).setMessageListener(message -> {
                try {
                    ledger.got(message.getJMSMessageID(), ((TextMessage) message).getText());
                } catch (JMSException failed) {
                    failure.set(failed);
                }
            });
            connection.start();
            ledger.awaitAll();
            assertThat(failure.get()).isNull();
        }
    }
}
