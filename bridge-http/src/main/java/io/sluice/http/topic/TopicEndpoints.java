package io.sluice.http.topic;

import com.fasterxml.jackson.core.JsonGenerator;
import io.sluice.http.channel.Answer;
import io.sluice.http.channel.Call;
import io.sluice.http.channel.Lane;
import io.sluice.http.channel.Problem;
import io.sluice.http.channel.ProblemException;
import io.sluice.http.channel.ProblemType;
import io.sluice.http.channel.Query;
import io.sluice.http.channel.Route;
import io.sluice.model.MessageQueue;
import io.sluice.model.TopicName;
import io.sluice.port.BrokerPort;
import io.sluice.port.OffsetRange;
import io.sluice.port.TopicCatalog.TopicDescription;
import io.sluice.port.TopicCatalog.TopicSettings;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;

/** {@code GET /v1/topics} and {@code GET}, {@code PUT}, {@code DELETE /v1/topics/{topic}}. */
public final class TopicEndpoints {
    private static final int LIST_DEFAULT = 100;
    private static final int LIST_MAX = 1000;
    /** Ranges asked for at one time; a topic's other queues wait for these. */
    private static final int RANGES_AT_ONCE = 32;

    private final BrokerPort port;
    private final TopicSettings newTopic;

    /** @param newTopicQueues queues of a topic that is created without saying how many, 1..1024 */
    public TopicEndpoints(BrokerPort port, int newTopicQueues) {
        this.port = port;
        this.newTopic = TopicSettings.ofQueues(newTopicQueues);
    }

    public List<Route> routes() {
        String one = "/v1/topics/{topic}";
        return List.of(
                Route.of("GET", "/v1/topics", Lane.REQUEST, this::list).withParameters("after", "limit"),
                Route.of("GET", one, Lane.REQUEST, this::get),
                Route.of("PUT", one, Lane.REQUEST, this::put).withBodyUpTo(SettingsBody.MAX_BYTES),
                Route.of("DELETE", one, Lane.REQUEST, this::delete));
    }

    private CompletionStage<Answer> list(Call call) {
        Query query = call.query();
        Optional<String> after = query.text("after");
        int limit = query.integer("limit", LIST_DEFAULT, 1, LIST_MAX);
        return port.onBehalfOf(call.caller()).topics().list().thenApply(all -> {
            List<TopicDescription> rest = all.stream()
                    .filter(topic -> after.isEmpty() || topic.topic().value().compareTo(after.get()) > 0)
                    .limit(limit + 1L)
                    .toList();
            List<TopicDescription> shown = rest.subList(0, Math.min(limit, rest.size()));
            return Answer.json(200, json -> {
                json.writeStartObject();
                json.writeArrayFieldStart("topics");
                for (TopicDescription topic : shown) {
                    json.writeStartObject();
                    writeSettings(json, topic.topic(), topic.settings());
                    json.writeEndObject();
                }
                json.writeEndArray();
                if (rest.size() > limit) {
                    json.writeStringField("next", shown.get(limit - 1).topic().value());
                }
                json.writeEndObject();
            });
        });
    }

    private CompletionStage<Answer> get(Call call) {
        TopicName topic = topicOf(call);
        BrokerPort mine = port.onBehalfOf(call.caller());
        return mine.topics().describe(topic).thenCompose(described -> {
            TopicDescription known = described.orElseThrow(() -> noSuch(topic));
            Map<MessageQueue, OffsetRange> ranges = new ConcurrentHashMap<>();
            return collectRanges(call, mine, known.readable(), 0, ranges)
                    .thenApply(done -> described(known, new TreeMap<>(ranges)));
        });
    }

    private CompletionStage<Void> collectRanges(
            Call call, BrokerPort mine, List<MessageQueue> queues, int from, Map<MessageQueue, OffsetRange> into) {
        if (from >= queues.size()) {
            return CompletableFuture.completedFuture(null);
        }
        List<CompletableFuture<?>> asked = new ArrayList<>();
        int to = Math.min(queues.size(), from + RANGES_AT_ONCE);
        for (MessageQueue queue : queues.subList(from, to)) {
            asked.add(mine.reader()
                    .range(queue)
                    .thenAccept(range -> into.put(queue, range))
                    .toCompletableFuture());
        }
        return CompletableFuture.allOf(asked.toArray(CompletableFuture[]::new))
                .thenComposeAsync(done -> collectRanges(call, mine, queues, to, into), call::onWorker);
    }

    private CompletionStage<Answer> put(Call call) {
        TopicName topic = topicOf(call);
        BrokerPort mine = port.onBehalfOf(call.caller());
        return mine.topics().describe(topic).thenCompose(before -> {
            TopicSettings base = before.map(TopicDescription::settings).orElse(newTopic);
            TopicSettings wanted = SettingsBody.read(call.body(), base);
            return mine.topics()
                    .put(topic, wanted)
                    .thenApply(now -> Answer.json(before.isPresent() ? 200 : 201, json -> {
                        json.writeStartObject();
                        writeSettings(json, now.topic(), now.settings());
                        json.writeEndObject();
                    }));
        });
    }

    private CompletionStage<Answer> delete(Call call) {
        TopicName topic = topicOf(call);
        return port.onBehalfOf(call.caller()).topics().delete(topic).thenApply(existed -> {
            if (!existed) {
                throw noSuch(topic);
            }
            return Answer.nothing();
        });
    }

    private static TopicName topicOf(Call call) {
        return new TopicName(call.path("topic"));
    }

    private static ProblemException noSuch(TopicName topic) {
        return Problem.of(ProblemType.NO_SUCH_TOPIC, "topic %s does not exist".formatted(topic))
                .asException();
    }

    private static Answer described(TopicDescription topic, Map<MessageQueue, OffsetRange> ranges) {
        return Answer.json(200, json -> {
            json.writeStartObject();
            writeSettings(json, topic.topic(), topic.settings());
            json.writeArrayFieldStart("queues");
            for (Map.Entry<MessageQueue, OffsetRange> entry : ranges.entrySet()) {
                json.writeStartObject();
                json.writeStringField("broker", entry.getKey().brokerName());
                json.writeNumberField("queue", entry.getKey().queueId());
                json.writeNumberField("min", entry.getValue().min());
                json.writeNumberField("max", entry.getValue().max());
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeEndObject();
        });
    }

    private static void writeSettings(JsonGenerator json, TopicName topic, TopicSettings settings) throws IOException {
        json.writeStringField("topic", topic.value());
        json.writeNumberField("writeQueues", settings.writeQueues());
        json.writeNumberField("readQueues", settings.readQueues());
        json.writeBooleanField("readable", settings.readable());
        json.writeBooleanField("writable", settings.writable());
    }
}
