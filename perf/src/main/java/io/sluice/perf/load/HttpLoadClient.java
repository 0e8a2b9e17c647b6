package io.sluice.perf.load;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import io.sluice.perf.measure.Completion;
import io.sluice.runtime.CloseStack;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;

/**
 * One POST per message, one kept connection per thread. Leases are pulled and acknowledged in bulk; reading from a position
 * is browsing queue by queue.
 */
public final class HttpLoadClient implements LoadClient {
    private static final int OK = 200;
    private static final int CREATED = 201;
    /** The most that the door gives at once. */
    private static final int LEASES = 256;

    private static final int BROWSED = 500;
    private static final String BINARY = "application/octet-stream";

    private final ObjectMapper json = new ObjectMapper();
    private final Queue<HttpConnection> opened = new ConcurrentLinkedQueue<>();
    private final ThreadLocal<HttpConnection> connection = ThreadLocal.withInitial(this::open);
    private final LoadSettings settings;

    public HttpLoadClient(LoadSettings settings) {
        this.settings = settings;
    }

    private HttpConnection open() {
        try {
            HttpConnection fresh = new HttpConnection(settings.host(), settings.port());
            opened.add(fresh);
            return fresh;
        } catch (IOException failed) {
            throw new UncheckedIOException("no connection to " + settings.address(), failed);
        }
    }

    @Override
    public void send(int topic, byte[] body, Completion completion) throws IOException {
        String path = "/v1/topics/" + settings.topicName(topic) + "/messages";
        try {
            expect(CREATED, connection.get().post(path, BINARY, body));
            completion.done(1);
        } catch (IOException failed) {
            // What comes next on this connection is not known any more.
            connection.get().close();
            connection.remove();
            throw failed;
        }
    }

    private static HttpConnection.Answer expect(int status, HttpConnection.Answer answer) throws IOException {
        if (answer.status() != status) {
            throw new IOException("answered %d instead of %d: %s".formatted(answer.status(), status, answer.text()));
        }
        return answer;
    }

    @Override
    public AutoCloseable receive(Member member, Consumer<byte[]> received) throws IOException {
        CloseStack receiving = new CloseStack();
        int number = 0;
        for (String topic : settings.topicNames()) {
            if (settings.reading() == Reading.LEASE) {
                receiving.push(new Receiver("http-lease-" + topic, () -> lease(topic, member, received), () -> {}));
                continue;
            }
            JsonNode queues = json.readTree(expect(OK, connection.get().get("/v1/topics/" + topic))
                            .body())
                    .path("queues");
            for (JsonNode queue : queues) {
                if (number++ % member.count() == member.index()) {
                    Browsing browsing = new Browsing(topic, queue.path("queue").asInt(), received);
                    receiving.push(new Receiver("http-browse-" + topic + "-" + queue, browsing::round, () -> {}));
                }
            }
        }
        return receiving;
    }

    private void lease(String topic, Member member, Consumer<byte[]> received) throws IOException {
        String pull = "/v1/topics/%s/groups/%s/pull?max=%d&wait=500ms".formatted(topic, member.group(), LEASES);
        ArrayNode receipts = json.createArrayNode();
        for (JsonNode message : messages(connection.get().post(pull, BINARY, new byte[0]))) {
            received.accept(body(message));
            receipts.add(message.get("receipt"));
        }
        if (!receipts.isEmpty()) {
            byte[] all = json.writeValueAsBytes(json.createObjectNode().set("receipts", receipts));
            expect(OK, connection.get().post("/v1/ack", "application/json", all));
        }
    }

    private JsonNode messages(HttpConnection.Answer answer) throws IOException {
        return json.readTree(expect(OK, answer).body()).path("messages");
    }

    private static byte[] body(JsonNode message) throws IOException {
        JsonNode binary = message.get("data_base64");
        return binary != null
                ? binary.binaryValue()
                : message.path("data").asText().getBytes(StandardCharsets.UTF_8);
    }

    /** One queue from its first message on. Confined to the thread of its receiver. */
    private final class Browsing {
        private final String path;
        private final Consumer<byte[]> received;
        private long offset;

        private Browsing(String topic, int queue, Consumer<byte[]> received) {
            this.path = "/v1/topics/%s/messages?queue=%d&limit=%d&offset=".formatted(topic, queue, BROWSED);
            this.received = received;
        }

        private void round() throws IOException {
            for (JsonNode message : messages(connection.get().get(path + offset))) {
                received.accept(body(message));
                offset = message.path("offset").asLong() + 1;
            }
        }
    }

    @Override
    public void close() {
        try (CloseStack closing = new CloseStack()) {
            opened.forEach(closing::push);
        }
    }
}
