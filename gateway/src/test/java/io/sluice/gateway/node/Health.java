package io.sluice.gateway.node;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;

/** What a probe of a node is told. */
public record Health(int status, String text) {

    public static Health live(NodeProcess node) {
        return get(node, "/health/live");
    }

    public static Health ready(NodeProcess node) {
        return get(node, "/health/ready");
    }

    private static Health get(NodeProcess node, String path) {
        try {
            var answer = HttpClient.newHttpClient()
                    .send(HttpRequest.newBuilder(URI.create(node.http() + path)).build(), BodyHandlers.ofString());
            return new Health(answer.statusCode(), answer.body());
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        } catch (InterruptedException interrupted) {
            throw new AssertionError(interrupted);
        }
    }
}
