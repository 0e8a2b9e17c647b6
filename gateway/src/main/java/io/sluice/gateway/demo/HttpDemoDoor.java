package io.sluice.gateway.demo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sluice.model.SluiceException;
import io.sluice.runtime.Threads;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.function.Consumer;

/** The HTTP door: one POST to send; pull with a lease and acknowledge to receive. */
final class HttpDemoDoor implements DemoDoor {
    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private static final int NOT_SUPPORTED = 501;

    private final HttpClient client = HttpClient.newHttpClient();
    private final ObjectMapper json = new ObjectMapper();
    private final String base;
    private final String topic;
    private final String group;
    private volatile boolean open = true;
    private Thread puller;

    HttpDemoDoor(String base, String topic, String group) {
        this.base = base;
        this.topic = topic;
        this.group = group;
    }

    @Override
    public String name() {
        return "HTTP";
    }

    /** So that receivers find the topic before the first parcel is sent. */
    void createTopic() throws IOException, InterruptedException {
        call("PUT", "/v1/topics/" + topic, "application/json", "");
    }

    @Override
    public void receive(Consumer<Parcel> told, Consumer<String> lacking) throws Exception {
        try {
            pull("0s", told);
        } catch (NotThere notThere) {
            lacking.accept(notThere.getMessage());
            return;
        }
        puller = Threads.named("demo-http", () -> pullUntilClosed(told));
        puller.start();
    }

    private void pullUntilClosed(Consumer<Parcel> told) {
        try {
            while (open) {
                pull("1s", told);
            }
        } catch (IOException failed) {
            throw new SluiceException("the HTTP door of the demo failed: " + failed.getMessage(), failed);
        } catch (InterruptedException closed) {
            Thread.currentThread().interrupt();
        }
    }

    private void pull(String wait, Consumer<Parcel> told) throws IOException, InterruptedException {
        String path = "/v1/topics/%s/groups/%s/pull?max=32&lease=30s&wait=%s".formatted(topic, group, wait);
        for (JsonNode message :
                json.readTree(post(path, "application/json", "")).path("messages")) {
            told.accept(new Parcel(
                    message.path("data").asText(),
                    message.path("contentType").asText(),
                    message.path("tag").asText(),
                    message.path("keys").path(0).asText(),
                    message.path("props").path(Parcel.NOTE).asText()));
            post("/v1/ack", "text/plain", message.path("receipt").asText());
        }
    }

    @Override
    public void send(Parcel parcel) throws Exception {
        String path = "/v1/topics/%s/messages?tag=%s&key=%s&prop.%s=%s"
                .formatted(topic, encoded(parcel.tag()), encoded(parcel.key()), Parcel.NOTE, encoded(parcel.note()));
        post(path, parcel.contentType(), parcel.body());
    }

    private String post(String path, String contentType, String body) throws IOException, InterruptedException {
        return call("POST", path, contentType, body);
    }

    private String call(String method, String path, String contentType, String body)
            throws IOException, InterruptedException {
        HttpResponse<String> answer = client.send(
                HttpRequest.newBuilder(URI.create(base + path))
                        .header("Content-Type", contentType)
                        .timeout(TIMEOUT)
                        .method(method, BodyPublishers.ofString(body))
                        .build(),
                BodyHandlers.ofString());
        if (answer.statusCode() == NOT_SUPPORTED) {
            throw new NotThere(json.readTree(answer.body()).path("detail").asText());
        }
        if (answer.statusCode() / 100 != 2) {
            throw new SluiceException(
                    "%s %s answered %d: %s".formatted(method, path, answer.statusCode(), answer.body()));
        }
        return answer.body();
    }

    /** The cluster behind the door lacks what was asked for. */
    private static final class NotThere extends SluiceException {
        private static final long serialVersionUID = 1L;

        NotThere(String message) {
            super(message);
        }
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        open = false;
        if (puller != null) {
            puller.interrupt();
        }
    }
}
