package io.sluice.gateway.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sluice.gateway.node.ApacheClient;
import io.sluice.gateway.node.ApacheClient.Got;
import io.sluice.gateway.node.ApacheClient.Version;
import io.sluice.gateway.node.LineProcess;
import io.sluice.gateway.node.NodeProcess;
import io.sluice.jms.SluiceConnectionFactory;
import jakarta.jms.Connection;
import jakarta.jms.ConnectionFactory;
import jakarta.jms.JMSException;
import jakarta.jms.MessageConsumer;
import jakarta.jms.MessageProducer;
import jakarta.jms.Queue;
import jakarta.jms.Session;
import jakarta.jms.TextMessage;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import javax.naming.InitialContext;
import org.eclipse.paho.client.mqttv3.MqttClient;
import org.eclipse.paho.client.mqttv3.MqttMessage;
import org.eclipse.paho.client.mqttv3.persist.MemoryPersistence;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One log, every door: what goes in by one comes out by every other. */
class DoorsTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    static Path directory;

    private static NodeProcess node;
    private final HttpClient http = HttpClient.newHttpClient();

    @BeforeAll
    static void startNode() {
        node = NodeProcess.up(directory.resolve("data"));
    }

    @AfterAll
    static void stopNode() {
        node.close();
    }

    private HttpResponse<String> call(String method, String path, String body) throws Exception {
        return http.send(
                HttpRequest.newBuilder(URI.create(node.http() + path))
                        .header("Content-Type", "text/plain")
                        .method(method, HttpRequest.BodyPublishers.ofString(body))
                        .build(),
                BodyHandlers.ofString());
    }

    @Test
    void theDemoTableHoldsInEveryCell() {
        try (LineProcess demo = NodeProcess.command(List.of(
                "demo",
                "-D",
                "namesrvPort=" + node.port("namesrv"),
                "-D",
                "listenPort=" + node.port("broker"),
                "-D",
                "mqttPort=" + node.port("mqtt"),
                "-D",
                "httpPort=" + node.port("http")))) {
            assertThat(demo.awaitExit(PATIENCE)).as(demo.told()).isZero();
            List<String> table = demo.output();
            assertThat(table).anySatisfy(line -> assertThat(line).contains("native", "JMS", "MQTT", "HTTP"));
            assertThat(table.stream().filter(line -> line.matches("\\S+( +ok){4}\\s*")))
                    .as(String.join("\n", table))
                    .hasSize(4);
        }
    }

    @Test
    void anHttpMessageReachesAnApacheClientAndBack() throws Exception {
        try (ApacheClient apache = new ApacheClient(Version.V4_9_8, node.nameServer(), directory)) {
            assertThat(call("POST", "/v1/topics/FromHttp/messages?tag=t1&key=k1&prop.colour=red", "hello")
                            .statusCode())
                    .isEqualTo(201);
            apache.tell("consumer", "C_http", "FromHttp", "t1", "0");
            await().atMost(PATIENCE).until(() -> !apache.received().isEmpty());
            Got got = apache.received().get(0);
            assertThat(got.body()).isEqualTo("hello");
            assertThat(got.properties()).containsEntry("KEYS", "k1").containsEntry("colour", "red");

            apache.tell("producer", "P_http");
            apache.send("ToHttp", "t2", "k2", "answer", "shape=round");
            HttpResponse<String> pulled = call("POST", "/v1/topics/ToHttp/groups/g/pull?wait=20s", "");
            assertThat(pulled.statusCode()).isEqualTo(200);
            assertThat(pulled.body())
                    .contains("\"data\":\"answer\"", "\"tag\":\"t2\"", "\"k2\"", "\"shape\":\"round\"");
        }
    }

    @Test
    void aPlainJmsProgramWithJndiTalksToMqttDevices() throws Exception {
        Properties environment = new Properties();
        environment.put("java.naming.factory.initial", "io.sluice.jms.jndi.SluiceInitialContextFactory");
        environment.put("java.naming.provider.url", "sluice://" + node.nameServer());
        environment.put("connectionFactory.house", "sluice://" + node.nameServer());
        environment.put("queue.sensors", "Sensors");
        InitialContext context = new InitialContext(environment);
        ConnectionFactory factory = (ConnectionFactory) context.lookup("house");
        Queue queue = (Queue) context.lookup("sensors");
        assertThat(call("PUT", "/v1/topics/Sensors", "").statusCode()).isBetween(200, 201);

        List<String> devices = new CopyOnWriteArrayList<>();
        try (MqttClient device = new MqttClient(node.mqtt(), "device", new MemoryPersistence());
                Connection connection = factory.createConnection()) {
            device.connect();
            device.subscribe("Sensors/#", 1, (topic, message) -> devices.add(topic + "=" + text(message)));
            Session session = connection.createSession(Session.CLIENT_ACKNOWLEDGE);
            MessageConsumer consumer = session.createConsumer(queue);
            connection.start();

            device.publish("Sensors/kitchen/temperature", "21.5".getBytes(StandardCharsets.UTF_8), 1, false);
            TextMessage reading = (TextMessage) consumer.receive(PATIENCE.toMillis());
            assertThat(reading).isNotNull();
            assertThat(reading.getText()).isEqualTo("21.5");
            assertThat(reading.getStringProperty("JMS_Sluice_Tag")).isEqualTo("kitchen/temperature");
            assertThat(reading.getStringProperty("mqttTopic")).isEqualTo("Sensors/kitchen/temperature");
            reading.acknowledge();

            TextMessage command = session.createTextMessage("on");
            command.setStringProperty("JMS_Sluice_Tag", "lamp");
            session.createProducer(queue).send(command);
            await().atMost(PATIENCE).until(() -> devices.contains("Sensors/lamp=on"));
            device.disconnect();
        }
    }

    /** Two consumers share a queue; what cannot be done of one group holds up neither the other group nor the other consumer. */
    @Test
    void aJmsGroupThatFailsWaitsInItsOrderWhileTheOthersGoOn() throws Exception {
        ConnectionFactory factory = new SluiceConnectionFactory("sluice://" + node.nameServer());
        try (Connection connection = factory.createConnection()) {
            connection.start();
            Session sending = connection.createSession();
            Queue queue = sending.createQueue("Groups");
            MessageProducer producer = sending.createProducer(queue);
            for (String text : List.of("a1", "b1", "a2", "b2", "a3", "b3")) {
                TextMessage message = sending.createTextMessage(text);
                message.setStringProperty("JMSXGroupID", text.substring(0, 1));
                producer.send(message);
            }
            Map<Session, MessageConsumer> consumers = new LinkedHashMap<>();
            for (int i = 0; i < 2; i++) {
                Session session = connection.createSession(Session.CLIENT_ACKNOWLEDGE);
                consumers.put(session, session.createConsumer(queue));
            }
            List<String> done = new ArrayList<>();
            AtomicInteger failures = new AtomicInteger();
            await().atMost(PATIENCE).until(() -> {
                for (Session session : consumers.keySet()) {
                    work(session, (TextMessage) consumers.get(session).receive(200), done, failures);
                }
                return done.size() == 6;
            });
            assertThat(done).filteredOn(text -> text.startsWith("a")).containsExactly("a1", "a2", "a3");
            assertThat(done).filteredOn(text -> text.startsWith("b")).containsExactly("b1", "b2", "b3");
            assertThat(done.indexOf("a1")).isGreaterThan(done.indexOf("b3"));
            assertThat(failures).hasPositiveValue();
        }
    }

    /** The first of group a cannot be done before the whole of group b is. */
    private static void work(Session session, TextMessage message, List<String> done, AtomicInteger failures)
            throws JMSException {
        if (message == null) {
            return;
        }
        if (message.getText().equals("a1") && !done.contains("b3")) {
            failures.incrementAndGet();
            session.recover();
        } else {
            message.acknowledge();
            done.add(message.getText());
        }
    }

    private static String text(MqttMessage message) {
        return new String(message.getPayload(), StandardCharsets.UTF_8);
    }

    @Test
    void healthTellsThatTheNodeIsReady() throws Exception {
        assertThat(call("GET", "/health/live", "").statusCode()).isEqualTo(200);
        assertThat(call("GET", "/health/ready", "").statusCode()).isEqualTo(200);
    }
}
