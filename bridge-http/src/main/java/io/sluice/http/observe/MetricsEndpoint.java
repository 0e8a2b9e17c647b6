package io.sluice.http.observe;

import io.sluice.http.channel.Answer;
import io.sluice.http.channel.Call;
import io.sluice.http.channel.Lane;
import io.sluice.http.channel.Route;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** {@code GET /metrics}: the counters of this door. */
public final class MetricsEndpoint {
    private final HttpMetrics metrics;

    public MetricsEndpoint(HttpMetrics metrics) {
        this.metrics = metrics;
    }

    public List<Route> routes() {
        return List.of(Route.of("GET", "/metrics", Lane.PROBE, this::metrics));
    }

    private CompletionStage<Answer> metrics(Call call) {
        byte[] body = metrics.text().getBytes(StandardCharsets.UTF_8);
        return CompletableFuture.completedFuture(Answer.text(200, MetricsText.MEDIA_TYPE, body));
    }
}
