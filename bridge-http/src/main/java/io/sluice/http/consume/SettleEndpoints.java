package io.sluice.http.consume;

import com.fasterxml.jackson.core.JsonGenerator;
import io.sluice.http.channel.Answer;
import io.sluice.http.channel.Call;
import io.sluice.http.channel.Lane;
import io.sluice.http.channel.Problem;
import io.sluice.http.channel.ProblemType;
import io.sluice.http.channel.Route;
import io.sluice.http.channel.Times;
import io.sluice.http.observe.HttpMetrics;
import io.sluice.port.BrokerPort;
import io.sluice.port.LeaseReader.Receipt;
import io.sluice.port.LeaseReader.Result;
import io.sluice.port.LeaseReader.Settled;
import io.sluice.port.LeaseReader.Settlement;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/**
 * {@code POST /v1/ack}, {@code /v1/nack}, {@code /v1/extend}: settles leases by their receipts.
 *
 * <p>200 when every receipt was settled; otherwise a problem that lists each result. The receipts that could be settled are
 * settled either way.
 */
public final class SettleEndpoints {
    private final BrokerPort port;
    private final HttpMetrics metrics;
    private final ConsumeConfig config;

    public SettleEndpoints(BrokerPort port, HttpMetrics metrics, ConsumeConfig config) {
        this.port = port;
        this.metrics = metrics;
        this.config = config;
    }

    public List<Route> routes() {
        return List.of(
                Route.of("POST", "/v1/ack", Lane.REQUEST, this::ack).withBodyUpTo(Receipts.BODY_MAX_BYTES),
                Route.of("POST", "/v1/nack", Lane.REQUEST, this::nack)
                        .withParameters("delay")
                        .withBodyUpTo(Receipts.BODY_MAX_BYTES),
                Route.of("POST", "/v1/extend", Lane.REQUEST, this::extend)
                        .withParameters("lease")
                        .withBodyUpTo(Receipts.BODY_MAX_BYTES));
    }

    private CompletionStage<Answer> ack(Call call) {
        return settle(call, "ack", Settlement.Ack::new);
    }

    private CompletionStage<Answer> nack(Call call) {
        if (call.query().text("delay").isEmpty()) {
            return settle(call, "nack", Settlement.Retry::new);
        }
        Duration delay = call.query().duration("delay", Duration.ZERO, Duration.ZERO, config.leaseMax());
        return settle(call, "nack", receipt -> new Settlement.Release(receipt, delay));
    }

    private CompletionStage<Answer> extend(Call call) {
        Duration leaseFor =
                call.query().duration("lease", PullEndpoint.LEASE_DEFAULT, PullEndpoint.LEASE_MIN, config.leaseMax());
        return settle(call, "extend", receipt -> new Settlement.Extend(receipt, leaseFor));
    }

    private CompletionStage<Answer> settle(Call call, String verb, Function<Receipt, Settlement> wish) {
        List<Settlement> wishes = Receipts.read(call.body(), call.contentType()).stream()
                .map(wish)
                .toList();
        return port.onBehalfOf(call.caller()).leases().settle(wishes).thenApply(settled -> {
            settled.forEach(one -> metrics.settled(verb, wordFor(one.result())));
            return answer(settled);
        });
    }

    private static Answer answer(List<Settled> settled) {
        long strange = count(settled, Result.NOT_A_RECEIPT);
        long late = count(settled, Result.LEASE_OVER);
        if (strange == 0 && late == 0) {
            return Answer.json(200, json -> write(json, settled));
        }
        ProblemType type = strange > 0 ? ProblemType.NOT_A_RECEIPT : ProblemType.LEASE_OVER;
        String detail = "of %d receipts %d were settled, %d came after the end of their lease, %d are no receipts"
                .formatted(settled.size(), settled.size() - late - strange, late, strange);
        return Answer.problem(Problem.of(type, detail)
                .with("results", settled.stream().map(SettleEndpoints::members).toList()));
    }

    private static long count(List<Settled> settled, Result result) {
        return settled.stream().filter(one -> one.result() == result).count();
    }

    private static void write(JsonGenerator json, List<Settled> settled) throws IOException {
        json.writeStartObject();
        json.writeArrayFieldStart("results");
        for (Settled one : settled) {
            json.writeStartObject();
            for (Map.Entry<String, Object> member : members(one).entrySet()) {
                json.writeStringField(member.getKey(), member.getValue().toString());
            }
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    private static Map<String, Object> members(Settled settled) {
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("receipt", settled.receipt().handle());
        members.put("result", wordFor(settled.result()));
        if (settled.leaseUntilMs() > 0) {
            members.put("leaseUntil", Times.iso(settled.leaseUntilMs()));
        }
        return members;
    }

    private static String wordFor(Result result) {
        return result.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
