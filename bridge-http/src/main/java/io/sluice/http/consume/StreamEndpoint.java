package io.sluice.http.consume;

import io.sluice.filter.CompiledFilter;
import io.sluice.filter.FilterSyntaxException;
import io.sluice.http.channel.Answer;
import io.sluice.http.channel.Call;
import io.sluice.http.channel.Lane;
import io.sluice.http.channel.Problem;
import io.sluice.http.channel.ProblemType;
import io.sluice.http.channel.Query;
import io.sluice.http.channel.Route;
import io.sluice.http.observe.HttpMetrics;
import io.sluice.model.TopicName;
import io.sluice.port.BrokerPort;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** {@code GET /v1/topics/{topic}/stream}: what is stored in the topic from now on, as server-sent events. */
public final class StreamEndpoint {
    private final BrokerPort port;
    private final HttpMetrics metrics;
    private final Duration keepAlive;
    private final InstantSource clock;

    public StreamEndpoint(BrokerPort port, HttpMetrics metrics, ConsumeConfig config, InstantSource clock) {
        this.port = port;
        this.metrics = metrics;
        this.keepAlive = config.keepAlive();
        this.clock = clock;
    }

    public List<Route> routes() {
        return List.of(Route.of("GET", "/v1/topics/{topic}/stream", Lane.STREAM, this::stream)
                .withParameters("tag", "sql"));
    }

    private CompletionStage<Answer> stream(Call call) {
        TopicName topic = new TopicName(call.path("topic"));
        CompiledFilter filter = filter(call.query());
        BrokerPort mine = port.onBehalfOf(call.caller());
        return mine.topics().describe(topic).thenCompose(described -> {
            if (described.isEmpty()) {
                throw Problem.of(ProblemType.NO_SUCH_TOPIC, "topic %s does not exist".formatted(topic))
                        .asException();
            }
            return follow(call, mine, topic, filter);
        });
    }

    private CompletionStage<Answer> follow(Call call, BrokerPort mine, TopicName topic, CompiledFilter filter) {
        TailedMessages messages = new TailedMessages(call, filter, keepAlive, metrics, clock);
        return messages.follow(mine.tails(), topic).thenApply(ready -> Answer.flowing("text/event-stream", messages));
    }

    private static CompiledFilter filter(Query query) {
        try {
            return CompiledFilter.of(FilterParameters.read(query));
        } catch (FilterSyntaxException unreadable) {
            throw Query.bad("sql", "cannot be read: " + unreadable.getMessage());
        }
    }
}
