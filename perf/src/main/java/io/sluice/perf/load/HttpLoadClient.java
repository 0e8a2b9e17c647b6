package io.sluice.perf.load;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/** One POST per message over the JDK's client, which keeps connections open. */
public final class HttpLoadClient implements LoadClient {
    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    private static final int CREATED = 201;

    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final URI messages;
    private final SendStyle style;

    public HttpLoadClient(LoadSettings settings) {
        this.messages = URI.create("http://%s/v1/topics/%s/messages".formatted(settings.address(), settings.topic()));
        this.style = settings.style();
    }

    @Override
    public CompletionStage<Integer> send(byte[] body) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(messages)
                .header("Content-Type", "application/octet-stream")
                .timeout(TIMEOUT)
                .POST(BodyPublishers.ofByteArray(body))
                .build();
        return switch (style) {
            case SYNC -> CompletableFuture.completedFuture(stored(client.send(request, BodyHandlers.ofString())));
            case ASYNC -> client.sendAsync(request, BodyHandlers.ofString()).thenApply(HttpLoadClient::stored);
            case BATCH, ONE_WAY ->
                throw new UnsupportedOperationException(
                        "style %s is not one of the HTTP load; use sync or async".formatted(style));
        };
    }

    private static int stored(HttpResponse<String> answer) {
        if (answer.statusCode() != CREATED) {
            throw new IllegalStateException("answered %d: %s".formatted(answer.statusCode(), answer.body()));
        }
        return 1;
    }

    @Override
    public void receive(String group, Consumer<byte[]> received) {
        throw new UnsupportedOperationException("the HTTP load only sends; receive with client=native");
    }

    /** The client's threads are daemons and end with it. */
    @Override
    public void close() {}
}
