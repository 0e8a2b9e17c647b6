package io.sluice.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sluice.http.observe.HealthSource;
import io.sluice.port.BrokerPort;
import io.sluice.port.contract.MemoryBroker;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;

/** A bridge on a free port over a broker on the heap, and a client to call it with. */
final class Door implements AutoCloseable {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final HttpClient CLIENT = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofMinutes(1))
            .build();

    final MemoryBroker broker;
    final HttpBridge bridge;

    private Door(MemoryBroker broker, BrokerPort port, HttpConfig config, HealthSource health) {
        this.broker = broker;
        this.bridge = HttpBridge.open(config, port, health);
        bridge.start();
    }

    static Door open() {
        return open(config -> config);
    }

    static Door open(UnaryOperator<HttpConfig> changed) {
        MemoryBroker broker = new MemoryBroker();
        return new Door(broker, broker, changed.apply(config()), HealthSource.WELL);
    }

    static Door open(MemoryBroker broker, BrokerPort port, UnaryOperator<HttpConfig> changed) {
        return new Door(broker, port, changed.apply(config()), HealthSource.WELL);
    }

    static Door open(HealthSource health) {
        MemoryBroker broker = new MemoryBroker();
        return new Door(broker, broker, config(), health);
    }

    private static HttpConfig config() {
        return HttpConfig.at("127.0.0.1", 0);
    }

    int port() {
        return bridge.localPort();
    }

    /** An answer, with its body as JSON if it is JSON. */
    record Reply(int status, String contentType, String text, JsonNode json, HttpResponse<byte[]> raw) {
        JsonNode at(String pointer) {
            return json.at(pointer);
        }

        String header(String name) {
            return raw.headers().firstValue(name).orElse(null);
        }

        /** Fails unless this is a problem of the type with the status. */
        Reply isProblem(int expected, String type) {
            assertThat(text).contains("\"type\":\"urn:sluice:" + type + "\"");
            assertThat(status).isEqualTo(expected);
            assertThat(json.get("status").asInt()).isEqualTo(expected);
            assertThat(contentType).isEqualTo("application/problem+json");
            assertThat(json.get("title").asText()).isNotBlank();
            assertThat(json.get("detail").asText()).isNotBlank();
            assertThat(json.get("remedy").asText()).isNotBlank();
            assertThat(text).doesNotContain("Exception").doesNotContain("\tat ");
            return this;
        }

        Reply is(int expected) {
            assertThat(status).as("status of %s", text).isEqualTo(expected);
            return this;
        }
    }

    HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port() + path))
                .timeout(Duration.ofMinutes(1));
    }

    Reply call(HttpRequest request) {
        return call(CLIENT, request).join();
    }

    CompletableFuture<Reply> callAsync(HttpRequest request) {
        return call(CLIENT, request);
    }

    static CompletableFuture<Reply> call(HttpClient client, HttpRequest request) {
        return client.sendAsync(request, BodyHandlers.ofByteArray()).thenApply(Door::reply);
    }

    private static Reply reply(HttpResponse<byte[]> raw) {
        String contentType = raw.headers().firstValue("Content-Type").orElse("");
        String text = new String(raw.body(), StandardCharsets.UTF_8);
        return new Reply(raw.statusCode(), contentType, text, contentType.contains("json") ? parse(text) : null, raw);
    }

    static JsonNode parse(String text) {
        try {
            return MAPPER.readTree(text);
        } catch (IOException notJson) {
            throw new UncheckedIOException(text, notJson);
        }
    }

    Reply get(String path) {
        return call(request(path).GET().build());
    }

    Reply post(String path, String body) {
        return call(request(path).POST(BodyPublishers.ofString(body)).build());
    }

    Reply post(String path, byte[] body, String contentType) {
        return call(request(path)
                .header("Content-Type", contentType)
                .POST(BodyPublishers.ofByteArray(body))
                .build());
    }

    Reply postOnce(String path, String key, String body) {
        return call(request(path)
                .header("Idempotency-Key", key)
                .POST(BodyPublishers.ofString(body))
                .build());
    }

    Reply post(String path) {
        return call(request(path).POST(BodyPublishers.noBody()).build());
    }

    CompletableFuture<Reply> postAsync(String path) {
        return callAsync(request(path).POST(BodyPublishers.noBody()).build());
    }

    Reply put(String path, String body) {
        return call(request(path).PUT(BodyPublishers.ofString(body)).build());
    }

    Reply method(String method, String path) {
        return call(request(path).method(method, BodyPublishers.noBody()).build());
    }

    /** Sends a text to the topic; the answer must be 201. */
    Reply send(String topicAndQuery, String text) {
        int at = topicAndQuery.indexOf('?');
        String topic = at < 0 ? topicAndQuery : topicAndQuery.substring(0, at);
        String query = at < 0 ? "" : topicAndQuery.substring(at);
        return post("/v1/topics/" + topic + "/messages" + query, text).is(201);
    }

    Reply pull(String topic, String group, String query) {
        return post("/v1/topics/" + topic + "/groups/" + group + "/pull?" + query);
    }

    /** The value of a sample line of {@code /metrics}; 0 when there is none. */
    double metric(String nameAndLabels) {
        return get("/metrics")
                .text()
                .lines()
                .filter(line -> line.startsWith(nameAndLabels + " "))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .findFirst()
                .orElse(0);
    }

    @Override
    public void close() {
        bridge.close();
        broker.close();
    }
}
