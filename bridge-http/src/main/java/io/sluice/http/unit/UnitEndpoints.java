package io.sluice.http.unit;

import com.fasterxml.jackson.core.JsonGenerator;
import io.sluice.http.channel.Answer;
import io.sluice.http.channel.Call;
import io.sluice.http.channel.Lane;
import io.sluice.http.channel.Problem;
import io.sluice.http.channel.ProblemException;
import io.sluice.http.channel.ProblemType;
import io.sluice.http.channel.Query;
import io.sluice.http.channel.Route;
import io.sluice.http.channel.Times;
import io.sluice.port.BrokerPort;
import io.sluice.port.DecisionOutcome;
import io.sluice.port.PreparedUnit;
import io.sluice.port.RefusedException;
import io.sluice.port.UnitsOfWork;
import io.sluice.port.UnitsOfWork.Decision;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletionStage;

/** Units of work that are prepared, or were decided by somebody else than their owner. */
public final class UnitEndpoints {
    private static final int LIST_DEFAULT = 100;

    private final BrokerPort port;

    public UnitEndpoints(BrokerPort port) {
        this.port = port;
    }

    public List<Route> routes() {
        return List.of(
                Route.of("GET", "/v1/units", Lane.REQUEST, this::list).withParameters("after", "limit"),
                Route.of("POST", "/v1/units/{unit}/commit", Lane.REQUEST, call -> decide(call, Decision.COMMIT)),
                Route.of("POST", "/v1/units/{unit}/rollback", Lane.REQUEST, call -> decide(call, Decision.ROLLBACK)),
                Route.of("POST", "/v1/units/{unit}/forget", Lane.REQUEST, this::forget));
    }

    private UnitsOfWork units(Call call) {
        return port.onBehalfOf(call.caller()).units();
    }

    private CompletionStage<Answer> list(Call call) {
        Query query = call.query();
        int limit = query.integer("limit", LIST_DEFAULT, 1, UnitsOfWork.PAGE_MAX);
        return units(call)
                .prepared(query.text("after").orElse(""), limit)
                .thenApply(page -> Answer.json(200, json -> {
                    json.writeStartObject();
                    json.writeArrayFieldStart("units");
                    for (PreparedUnit unit : page.units()) {
                        write(json, unit);
                    }
                    json.writeEndArray();
                    if (page.more()) {
                        json.writeStringField(
                                "next",
                                page.units().get(page.units().size() - 1).id());
                    }
                    json.writeEndObject();
                }));
    }

    private static void write(JsonGenerator json, PreparedUnit unit) throws IOException {
        json.writeStartObject();
        json.writeStringField("id", unit.id());
        json.writeStringField("broker", unit.brokerName());
        json.writeStringField(
                "state", unit.state().name().toLowerCase(Locale.ROOT).replace('_', '-'));
        json.writeStringField("since", Times.iso(unit.sinceMs()));
        json.writeNumberField("messages", unit.messages());
        json.writeNumberField("settlements", unit.settlements());
        json.writeNumberField("bytes", unit.bytes());
        json.writeEndObject();
    }

    private CompletionStage<Answer> decide(Call call, Decision decision) {
        String id = call.path("unit");
        return units(call).decideByHand(id, decision).thenApply(outcome -> decided(id, outcome));
    }

    private static Answer decided(String id, DecisionOutcome outcome) {
        return outcome.fold(
                committed -> outcome("committed"),
                rolledBack -> outcome("rolled-back"),
                heuristic -> {
                    throw problem(
                            ProblemType.DECIDED_BEFORE,
                            "unit %s was decided before: %s"
                                    .formatted(
                                            Query.shown(id),
                                            heuristic.decision() == Decision.COMMIT ? "committed" : "rolled back"));
                },
                unknown -> {
                    throw noSuch(id);
                },
                refused -> {
                    throw new RefusedException(refused.reason(), refused.remedy());
                });
    }

    private static Answer outcome(String outcome) {
        return Answer.json(200, json -> {
            json.writeStartObject();
            json.writeStringField("outcome", outcome);
            json.writeEndObject();
        });
    }

    private static ProblemException noSuch(String id) {
        return problem(ProblemType.NO_SUCH_UNIT, "nothing is known of a unit %s".formatted(Query.shown(id)));
    }

    private static ProblemException problem(ProblemType type, String detail) {
        return Problem.of(type, detail).asException();
    }

    private CompletionStage<Answer> forget(Call call) {
        String id = call.path("unit");
        return units(call).forget(id).thenApply(forgotten -> {
            if (!forgotten) {
                throw noSuch(id);
            }
            return Answer.nothing();
        });
    }
}
