package io.sluice.http.observe;

import com.fasterxml.jackson.core.JsonGenerator;
import io.sluice.http.channel.Answer;
import io.sluice.http.channel.Call;
import io.sluice.http.channel.Gate;
import io.sluice.http.channel.Lane;
import io.sluice.http.channel.Problem;
import io.sluice.http.channel.ProblemType;
import io.sluice.http.channel.Route;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** {@code GET /health/live} and {@code /health/ready}: 200, or 503 with the reasons. */
public final class HealthEndpoints {
    private final HealthSource source;
    private final Gate gate;

    public HealthEndpoints(HealthSource source, Gate gate) {
        this.source = source;
        this.gate = gate;
    }

    public List<Route> routes() {
        return List.of(
                Route.of("GET", "/health/live", Lane.PROBE, this::live),
                Route.of("GET", "/health/ready", Lane.PROBE, this::ready));
    }

    private CompletionStage<Answer> live(Call call) {
        return answer(ProblemType.NOT_LIVE, source.notLive());
    }

    private CompletionStage<Answer> ready(Call call) {
        List<String> reasons = new ArrayList<>(source.notReady());
        if (gate.isClosing()) {
            reasons.add("the HTTP door is closing");
        }
        return answer(ProblemType.NOT_READY, reasons);
    }

    private static CompletionStage<Answer> answer(ProblemType otherwise, List<String> reasons) {
        Answer answer = reasons.isEmpty()
                ? Answer.json(200, HealthEndpoints::up)
                : Answer.problem(
                        Problem.of(otherwise, String.join("; ", reasons)).with("reasons", reasons));
        return CompletableFuture.completedFuture(answer);
    }

    private static void up(JsonGenerator json) throws IOException {
        json.writeStartObject();
        json.writeStringField("status", "UP");
        json.writeEndObject();
    }
}
