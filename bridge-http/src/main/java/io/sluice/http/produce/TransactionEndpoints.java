package io.sluice.http.produce;

import com.fasterxml.jackson.core.JsonGenerator;
import io.sluice.http.channel.Answer;
import io.sluice.http.channel.Call;
import io.sluice.http.channel.Lane;
import io.sluice.http.channel.Problem;
import io.sluice.http.channel.ProblemType;
import io.sluice.http.channel.Query;
import io.sluice.http.channel.Route;
import io.sluice.http.channel.Times;
import io.sluice.port.BrokerPort;
import io.sluice.port.HalfMessages;
import io.sluice.port.HalfMessages.Decided;
import io.sluice.port.HalfMessages.Decision;
import io.sluice.port.HalfMessages.HalfMessage;
import io.sluice.port.HalfMessages.State;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;

/** Half messages of transactions: which wait or were given up, and deciding on one by hand. */
public final class TransactionEndpoints {
    private static final int LIMIT_DEFAULT = 100;
    private static final String PENDING = "pending";
    private static final String GIVEN_UP = "given-up";

    private final BrokerPort port;

    public TransactionEndpoints(BrokerPort port) {
        this.port = port;
    }

    public List<Route> routes() {
        String one = "/v1/transactions/{id}/";
        return List.of(
                Route.of("GET", "/v1/transactions", Lane.REQUEST, this::list).withParameters("state", "from", "limit"),
                Route.of("POST", one + "commit", Lane.REQUEST, call -> decide(call, Decision.COMMIT)),
                Route.of("POST", one + "rollback", Lane.REQUEST, call -> decide(call, Decision.ROLLBACK)),
                Route.of("POST", one + "ask", Lane.REQUEST, call -> decide(call, Decision.ASK)));
    }

    private CompletionStage<Answer> list(Call call) {
        Query query = call.query();
        State state = query.word("state", PENDING, Set.of(PENDING, GIVEN_UP)).equals(PENDING)
                ? State.PENDING
                : State.GIVEN_UP;
        long from = query.number("from", 0, Long.MAX_VALUE).orElse(0);
        int limit = query.integer("limit", LIMIT_DEFAULT, 1, HalfMessages.LIMIT_MAX);
        return port.onBehalfOf(call.caller())
                .halfMessages()
                .list(state, from, limit)
                .thenApply(listed -> Answer.json(200, json -> {
                    json.writeStartObject();
                    json.writeArrayFieldStart("transactions");
                    for (HalfMessage half : listed.messages()) {
                        write(json, half);
                    }
                    json.writeEndArray();
                    if (listed.next().isPresent()) {
                        json.writeNumberField("next", listed.next().getAsLong());
                    }
                    json.writeEndObject();
                }));
    }

    private static void write(JsonGenerator json, HalfMessage half) throws IOException {
        json.writeStartObject();
        json.writeStringField("id", half.id());
        json.writeStringField("state", half.state() == State.PENDING ? PENDING : GIVEN_UP);
        json.writeStringField("topic", half.topic());
        json.writeNumberField("queue", half.queueId());
        json.writeStringField("producerGroup", half.group());
        json.writeStringField("uniqueKey", half.uniqueKey());
        json.writeStringField("since", Times.iso(half.storedAtMs()));
        json.writeNumberField("asked", half.asked());
        json.writeNumberField("bodyBytes", half.bodyBytes());
        json.writeEndObject();
    }

    private CompletionStage<Answer> decide(Call call, Decision decision) {
        String id = call.path("id");
        return port.onBehalfOf(call.caller())
                .halfMessages()
                .decide(id, decision)
                .thenApply(decided -> {
                    if (decided == Decided.NOT_FOUND) {
                        throw Problem.of(
                                        ProblemType.NO_SUCH_TRANSACTION,
                                        "no half message with the id %s is in the log".formatted(Query.shown(id)))
                                .asException();
                    }
                    return Answer.json(200, json -> {
                        json.writeStartObject();
                        json.writeStringField("result", decided == Decided.DONE ? "done" : "decided-before");
                        json.writeEndObject();
                    });
                });
    }
}
