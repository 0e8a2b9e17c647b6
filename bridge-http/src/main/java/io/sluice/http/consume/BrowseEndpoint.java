package io.sluice.http.consume;

import io.sluice.http.channel.Answer;
import io.sluice.http.channel.Call;
import io.sluice.http.channel.Lane;
import io.sluice.http.channel.Problem;
import io.sluice.http.channel.ProblemException;
import io.sluice.http.channel.ProblemType;
import io.sluice.http.channel.Query;
import io.sluice.http.channel.Route;
import io.sluice.http.observe.HttpMetrics;
import io.sluice.model.MessageQueue;
import io.sluice.model.TopicName;
import io.sluice.port.BrokerPort;
import io.sluice.port.Records;
import io.sluice.port.TopicCatalog.TopicDescription;
import io.sluice.wire.message.MessageView;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.CompletionStage;

/**
 * {@code GET /v1/topics/{topic}/messages}: looks at stored messages without changing anything: by queue and offset, by time,
 * or by key.
 */
public final class BrowseEndpoint {
    private static final int LIMIT_DEFAULT = 32;
    private static final int LIMIT_BY_KEY = 64;
    /** More queues than this are not read side by side. */
    private static final int QUEUES_MAX = 64;

    private final BrokerPort port;
    private final HttpMetrics metrics;
    private final ConsumeConfig config;

    public BrowseEndpoint(BrokerPort port, HttpMetrics metrics, ConsumeConfig config) {
        this.port = port;
        this.metrics = metrics;
        this.config = config;
    }

    public List<Route> routes() {
        return List.of(Route.of("GET", "/v1/topics/{topic}/messages", Lane.REQUEST, this::browse)
                .withParameters("queue", "broker", "offset", "from", "to", "key", "limit"));
    }

    private CompletionStage<Answer> browse(Call call) {
        Query query = call.query();
        for (String place : List.of("queue", "broker", "offset")) {
            query.refuseBoth("key", place);
        }
        query.refuseBoth("offset", "from");
        if (query.has("offset") && !query.has("queue")) {
            throw Query.bad("offset", "needs 'queue': every queue counts its own offsets");
        }
        TopicName topic = new TopicName(call.path("topic"));
        Optional<String> key = query.text("key");
        int limitMax = key.isPresent() ? Math.min(LIMIT_BY_KEY, config.browseMax()) : config.browseMax();
        int limit = query.integer("limit", Math.min(LIMIT_DEFAULT, limitMax), 1, limitMax);
        long from = query.instant("from").orElse(0);
        long to = query.instant("to").orElse(Long.MAX_VALUE);
        if (to < from) {
            throw Query.bad("to", "is before 'from'");
        }
        BrokerPort mine = port.onBehalfOf(call.caller());
        return mine.topics().describe(topic).thenCompose(described -> {
            TopicDescription known = described.orElseThrow(
                    () -> Problem.of(ProblemType.NO_SUCH_TOPIC, "topic %s does not exist".formatted(topic))
                            .asException());
            return key.isPresent()
                    ? byKey(mine, topic, key.get(), from, to, limit)
                    : new Browse(call, mine.reader(), chosen(known, query), start(query), to, limit, metrics).begin();
        });
    }

    private CompletionStage<Answer> byKey(BrokerPort mine, TopicName topic, String key, long from, long to, int limit) {
        return mine.lookup().byKey(topic, key, from, to, limit).thenApply(this::found);
    }

    private Answer found(Records records) {
        MessagePieces pieces = new MessagePieces(
                records.slices().size(),
                (json, index) -> MessageJson.writeFound(
                        json, MessageView.of(records.slices().get(index))),
                json -> {});
        return Answer.flowing(
                Answer.JSON, new BrowsedMessages(pieces, records.slices().size(), records.hold(), metrics));
    }

    private static List<MessageQueue> chosen(TopicDescription topic, Query query) {
        OptionalInt id = query.integer("queue", 0, Integer.MAX_VALUE);
        Optional<String> broker = query.text("broker");
        if (!topic.settings().readable()) {
            throw Problem.of(ProblemType.NOT_READABLE, "topic %s is write only".formatted(topic.topic()))
                    .asException();
        }
        List<MessageQueue> chosen = topic.readable().stream()
                .filter(queue -> id.isEmpty() || queue.queueId() == id.getAsInt())
                .filter(queue -> broker.isEmpty() || queue.brokerName().equals(broker.get()))
                .toList();
        if (chosen.isEmpty()) {
            throw Problem.of(
                            ProblemType.NO_SUCH_QUEUE,
                            "topic %s has %d queues and none of them is the one asked for"
                                    .formatted(topic.topic(), topic.readable().size()))
                    .asException();
        }
        if (chosen.size() > QUEUES_MAX) {
            throw Query.bad(
                    "queue",
                    "is missing: topic %s has %d queues and at most %d are read side by side"
                            .formatted(topic.topic(), chosen.size(), QUEUES_MAX));
        }
        if (query.has("offset") && chosen.size() > 1) {
            throw ambiguous(chosen);
        }
        return chosen;
    }

    private static ProblemException ambiguous(List<MessageQueue> chosen) {
        return Query.bad(
                "broker",
                "is missing: the queue exists on %s"
                        .formatted(String.join(
                                ", ",
                                chosen.stream().map(MessageQueue::brokerName).toList())));
    }

    /** How each queue's first offset is found. */
    private static Browse.Start start(Query query) {
        OptionalLong offset = query.number("offset", 0, Long.MAX_VALUE);
        OptionalLong from = query.instant("from");
        if (offset.isPresent()) {
            return Browse.Start.atOffset(offset.getAsLong());
        }
        return from.isPresent() ? Browse.Start.atTime(from.getAsLong()) : Browse.Start.atBeginning();
    }
}
