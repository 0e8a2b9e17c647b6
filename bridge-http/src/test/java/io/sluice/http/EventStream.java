package io.sluice.http;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;

/** Reads server-sent events from an open stream, line by line, on a thread of its own. */
final class EventStream implements AutoCloseable {
    private final HttpResponse<InputStream> response;
    final List<String> lines = new CopyOnWriteArrayList<>();
    final CompletableFuture<Void> end = new CompletableFuture<>();

    EventStream(HttpClient client, HttpRequest request) throws IOException, InterruptedException {
        response = client.send(request, BodyHandlers.ofInputStream());
        Executors.newSingleThreadExecutor(task -> {
                    Thread thread = new Thread(task, "event-stream-test");
                    thread.setDaemon(true);
                    return thread;
                })
                .submit(this::read);
    }

    private void read() {
        try (BufferedReader reader =
                new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8))) {
            reader.lines().forEach(lines::add);
            end.complete(null);
        } catch (IOException | UncheckedIOException broken) {
            end.completeExceptionally(broken);
        }
    }

    int status() {
        return response.statusCode();
    }

    String header(String name) {
        return response.headers().firstValue(name).orElse(null);
    }

    /** The data lines seen so far, without their name. */
    List<String> data() {
        return lines.stream()
                .filter(line -> line.startsWith("data: "))
                .map(line -> line.substring("data: ".length()))
                .toList();
    }

    @Override
    public void close() throws IOException {
        response.body().close();
    }
}
