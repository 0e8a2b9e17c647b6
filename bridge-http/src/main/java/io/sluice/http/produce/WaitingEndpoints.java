package io.sluice.http.produce;

import io.sluice.http.channel.Answer;
import io.sluice.http.channel.Call;
import io.sluice.http.channel.Lane;
import io.sluice.http.channel.Route;
import io.sluice.http.channel.Times;
import io.sluice.model.TopicName;
import io.sluice.port.BrokerPort;
import io.sluice.port.Timers;
import io.sluice.port.Timers.Waiting;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** Messages that wait for their time: which there are, and calling one back. */
public final class WaitingEndpoints {
    private static final int LIMIT_DEFAULT = 20;
    private static final int HANDLE_MAX_BYTES = 4096;

    private final BrokerPort port;

    public WaitingEndpoints(BrokerPort port) {
        this.port = port;
    }

    public List<Route> routes() {
        return List.of(
                Route.of("GET", "/v1/topics/{topic}/waiting", Lane.REQUEST, this::list)
                        .withParameters("limit"),
                Route.of("POST", "/v1/topics/{topic}/recall", Lane.REQUEST, this::recall)
                        .withBodyUpTo(HANDLE_MAX_BYTES));
    }

    private CompletionStage<Answer> list(Call call) {
        int limit = call.query().integer("limit", LIMIT_DEFAULT, 1, Timers.LIMIT_MAX);
        return port.onBehalfOf(call.caller())
                .timers()
                .waiting(new TopicName(call.path("topic")), limit)
                .thenApply(waiting -> Answer.json(200, json -> {
                    json.writeStartObject();
                    json.writeNumberField("total", waiting.total());
                    json.writeArrayFieldStart("waiting");
                    for (Waiting one : waiting.next()) {
                        json.writeStartObject();
                        json.writeStringField("deliverAt", Times.iso(one.dueAtMs()));
                        json.writeStringField("uniqueKey", one.uniqueKey());
                        json.writeStringField("recallHandle", one.recallHandle());
                        json.writeNumberField("bodyBytes", one.bodyBytes());
                        json.writeEndObject();
                    }
                    json.writeEndArray();
                    json.writeEndObject();
                }));
    }

    private CompletionStage<Answer> recall(Call call) {
        String handle = new String(call.body(), StandardCharsets.US_ASCII).trim();
        return port.onBehalfOf(call.caller())
                .timers()
                .recall(new TopicName(call.path("topic")), handle)
                .thenApply(recalled -> Answer.json(200, json -> {
                    json.writeStartObject();
                    json.writeBooleanField("recalled", recalled);
                    json.writeEndObject();
                }));
    }
}
