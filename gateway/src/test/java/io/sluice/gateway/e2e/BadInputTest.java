package io.sluice.gateway.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.gateway.node.ApacheClient;
import io.sluice.gateway.node.ApacheClient.Version;
import io.sluice.gateway.node.NodeProcess;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.eclipse.paho.mqttv5.client.IMqttToken;
import org.eclipse.paho.mqttv5.client.MqttAsyncClient;
import org.eclipse.paho.mqttv5.client.persist.MemoryPersistence;
import org.eclipse.paho.mqttv5.common.MqttException;
import org.eclipse.paho.mqttv5.common.MqttMessage;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a door says to nonsense: the protocol's own error with cause and remedy, and the node lives on. */
class BadInputTest {
    private static final int SOCKET_TIMEOUT_MS = 30_000;
    private static final int SYSTEM_ERROR_TOPIC_NOT_EXIST = 17;

    @TempDir
    static Path directory;

    private static NodeProcess node;
    private final HttpClient http = HttpClient.newHttpClient();

    @BeforeAll
    static void startNode() {
        node = NodeProcess.up(directory.resolve("data"), "autoCreateTopicEnable=false", "maxMessageSize=65536");
    }

    @AfterAll
    static void stopNode() {
        node.close();
    }

    @AfterEach
    void theNodeLivesOn() throws Exception {
        assertThat(call("GET", "/health/ready", new byte[0]).statusCode()).isEqualTo(200);
        assertThat(node.process().errors()).as("no stack trace in the log").noneMatch(line -> line.startsWith("\tat "));
    }

    private HttpResponse<String> call(String method, String path, byte[] body) throws Exception {
        return http.send(
                HttpRequest.newBuilder(URI.create(node.http() + path))
                        .header("Content-Type", "text/plain")
                        .method(method, BodyPublishers.ofByteArray(body))
                        .build(),
                BodyHandlers.ofString());
    }

    // ---- HTTP ----

    private void assertProblem(HttpResponse<String> answer, int status, String... parts) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        assertThat(answer.headers().firstValue("Content-Type").orElse("")).startsWith("application/problem+json");
        assertThat(answer.body()).contains("urn:sluice:").contains(parts).doesNotContain("Exception");
    }

    @Test
    void overHttpAnUnknownTopicIsNotCreatedWhenThatIsOff() throws Exception {
        assertProblem(
                call("POST", "/v1/topics/Unknown/messages", "x".getBytes(StandardCharsets.UTF_8)), 404, "Unknown");
    }

    @Test
    void overHttpAnIllegalTopicNameIsNamed() throws Exception {
        assertProblem(call("POST", "/v1/topics/b%C3%A4d/messages", new byte[1]), 400, "topic");
    }

    @Test
    void overHttpABodyOverTheLimitIsRefusedWithTheLimit() throws Exception {
        assertThat(call("PUT", "/v1/topics/Small", new byte[0]).statusCode()).isBetween(200, 201);
        assertProblem(call("POST", "/v1/topics/Small/messages", new byte[65_537]), 413, "65536");
    }

    // ---- MQTT ----

    private static int reasonOf(String topic, byte[] payload) throws MqttException {
        MqttAsyncClient client = new MqttAsyncClient(node.mqtt(), "bad-" + topic.hashCode(), new MemoryPersistence());
        try {
            client.connect().waitForCompletion(SOCKET_TIMEOUT_MS);
            IMqttToken token = client.publish(topic, new MqttMessage(payload, 1, false, null));
            try {
                token.waitForCompletion(SOCKET_TIMEOUT_MS);
            } catch (MqttException refused) {
                return refused.getReasonCode();
            }
            return token.getReasonCodes()[0];
        } finally {
            if (client.isConnected()) {
                client.disconnect().waitForCompletion(SOCKET_TIMEOUT_MS);
            }
            client.close();
        }
    }

    @Test
    void overMqttAnUnknownTopicIsRefusedWithAReasonCode() throws Exception {
        assertThat(reasonOf("Unknown/x", new byte[1])).isGreaterThanOrEqualTo(0x80);
    }

    @Test
    void overMqttAPacketThatIsNoneEndsTheConnection() throws Exception {
        String address = node.address("mqtt");
        try (Socket socket = new Socket(address.substring(0, address.lastIndexOf(':')), node.port("mqtt"))) {
            socket.setSoTimeout(SOCKET_TIMEOUT_MS);
            socket.getOutputStream()
                    .write(new byte[] {(byte) 0xFF, (byte) 0xFF, (byte) 0xFF, (byte) 0xFF, (byte) 0xFF});
            assertThat(endOf(socket)).isTrue();
        }
    }

    private static boolean endOf(Socket socket) throws IOException {
        byte[] rest = new byte[1024];
        while (socket.getInputStream().read(rest) >= 0) {
            // A farewell packet may come before the end.
        }
        return true;
    }

    // ---- native ----

    private static Socket nativeSocket() throws IOException {
        Socket socket = new Socket(node.address("broker").split(":")[0], node.port("broker"));
        socket.setSoTimeout(SOCKET_TIMEOUT_MS);
        return socket;
    }

    private static String exchange(Socket socket, String header) throws IOException {
        byte[] bytes = header.getBytes(StandardCharsets.UTF_8);
        DataOutputStream out = new DataOutputStream(socket.getOutputStream());
        out.writeInt(4 + bytes.length);
        out.writeInt(bytes.length);
        out.write(bytes);
        out.flush();
        DataInputStream in = new DataInputStream(socket.getInputStream());
        int total = in.readInt();
        int headerLength = in.readInt() & 0xFFFFFF;
        byte[] answer = in.readNBytes(total - 4);
        return new String(answer, 0, headerLength, StandardCharsets.UTF_8);
    }

    @Test
    void anUnknownRequestCodeIsAnsweredAndTheConnectionGoesOn() throws Exception {
        try (Socket socket = nativeSocket()) {
            String answer =
                    exchange(socket, "{\"code\":9999,\"flag\":0,\"language\":\"JAVA\",\"opaque\":-7,\"version\":479}");
            assertThat(answer).contains("\"code\":3", "\"opaque\":-7", "9999");
            assertThat(exchange(
                            socket,
                            "{\"code\":30,\"flag\":0,\"language\":\"JAVA\",\"opaque\":8,\"version\":479,"
                                    + "\"extFields\":{\"topic\":\"TBW102\",\"queueId\":\"0\"}}"))
                    .contains("\"code\":0", "\"opaque\":8");
        }
    }

    @Test
    void aMissingHeaderIsNamed() throws Exception {
        try (Socket socket = nativeSocket()) {
            assertThat(
                            exchange(
                                    socket,
                                    "{\"code\":30,\"flag\":0,\"language\":\"JAVA\",\"opaque\":1,\"version\":479,\"extFields\":{}}"))
                    .contains("\"code\":1", "topic");
        }
    }

    @Test
    void aFrameThatClaimsAnAbsurdLengthEndsTheConnection() throws Exception {
        try (Socket socket = nativeSocket()) {
            new DataOutputStream(socket.getOutputStream()).writeLong(0x7FFF_FFFF_0000_0010L);
            assertThat(endOf(socket)).isTrue();
        }
    }

    @Test
    void aFrameWhoseHeaderIsNoJsonEndsTheConnection() throws Exception {
        try (Socket socket = nativeSocket()) {
            DataOutputStream out = new DataOutputStream(socket.getOutputStream());
            out.writeInt(8);
            out.writeInt(4);
            out.write("{]}[".getBytes(StandardCharsets.UTF_8));
            assertThat(endOf(socket)).isTrue();
        }
    }

    @Test
    void anApacheClientIsToldThatTheTopicDoesNotExist() {
        try (ApacheClient client = new ApacheClient(Version.V5, node.nameServer(), directory)) {
            client.tell("producer", "P_unknown");
            String answer = client.ask("send", "Unknown", "", "", "eA==");
            assertThat(answer).startsWith("ERR");
            assertThat(List.of(String.valueOf(SYSTEM_ERROR_TOPIC_NOT_EXIST), "No route info"))
                    .anyMatch(answer::contains);
        }
    }
}
