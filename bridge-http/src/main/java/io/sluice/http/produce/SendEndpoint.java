package io.sluice.http.produce;

import io.sluice.http.channel.Answer;
import io.sluice.http.channel.Call;
import io.sluice.http.channel.Lane;
import io.sluice.http.channel.Problem;
import io.sluice.http.channel.ProblemType;
import io.sluice.http.channel.Query;
import io.sluice.http.channel.Route;
import io.sluice.http.observe.HttpMetrics;
import io.sluice.model.Message;
import io.sluice.model.MessageProperties;
import io.sluice.model.PropertyNames;
import io.sluice.model.TopicName;
import io.sluice.port.BrokerPort;
import io.sluice.port.Placement;
import io.sluice.port.SendOutcome;
import io.sluice.port.SendOutcome.Stored;
import io.sluice.port.UnitOfWork;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.CompletionStage;

/**
 * {@code POST /v1/topics/{topic}/messages}: stores the request's body as one message.
 *
 * <p>201 when the message is stored with the durability of the node; 202 when it is in the log but that durability was not
 * reached in time, so that a repeat may store it twice. With the header {@code Idempotency-Key} a repeat is answered as the first
 * request was.
 */
public final class SendEndpoint {
    private static final String PROPERTY_PREFIX = "prop.";
    private static final Duration TTL_MIN = Duration.ofMillis(1);
    private static final Duration TTL_MAX = Duration.ofDays(3650);
    private static final Duration DELAY_MAX = Duration.ofDays(3650);
    private static final int CONTENT_TYPE_MAX = 255;
    /** Properties that have a parameter or header of their own. */
    private static final Map<String, String> OWN_WAY = Map.of(
            PropertyNames.CONTENT_TYPE, "the header Content-Type",
            PropertyNames.REPLY_TO, "the parameter replyTo",
            PropertyNames.EXPIRES_AT, "the parameter ttl",
            PropertyNames.IDEMPOTENCY_KEY, "the header Idempotency-Key");

    private final BrokerPort port;
    private final HttpMetrics metrics;
    private final int messageMaxBytes;
    private final InstantSource clock;

    /** @param messageMaxBytes largest body taken, bytes */
    public SendEndpoint(BrokerPort port, HttpMetrics metrics, int messageMaxBytes, InstantSource clock) {
        this.port = port;
        this.metrics = metrics;
        this.messageMaxBytes = messageMaxBytes;
        this.clock = clock;
    }

    public List<Route> routes() {
        return List.of(Route.of("POST", "/v1/topics/{topic}/messages", Lane.REQUEST, this::send)
                .withParameters("tag", "key", "shard", "queue", "delay", "deliverAt", "correlationId", "replyTo", "ttl")
                .withPrefix(PROPERTY_PREFIX)
                .withBodyUpTo(messageMaxBytes));
    }

    private CompletionStage<Answer> send(Call call) {
        Query query = call.query();
        TopicName topic = new TopicName(call.path("topic"));
        long now = clock.millis();
        OptionalLong deliverAt = deliverAt(query, now);
        Message plain = new Message(topic, call.body(), properties(call, now), 0, now);
        Message message = deliverAt.isPresent() ? plain.deliverAt(deliverAt.getAsLong()) : plain;
        return port.onBehalfOf(call.caller())
                .writer()
                .send(message, placement(query))
                .thenApply(outcome -> {
                    Answer answer = outcome.fold(
                            stored -> stored(201, stored, "STORED"),
                            doubt -> stored(202, doubt.stored(), doubt.doubt().name()),
                            SendEndpoint::refused);
                    if (answer.status() < 300) {
                        metrics.messageIn();
                    }
                    return answer;
                });
    }

    private static OptionalLong deliverAt(Query query, long now) {
        query.refuseBoth("delay", "deliverAt");
        Optional<Duration> delay = query.duration("delay", Duration.ZERO, DELAY_MAX);
        return delay.isPresent() ? OptionalLong.of(now + delay.get().toMillis()) : query.instant("deliverAt");
    }

    private static Placement placement(Query query) {
        query.refuseBoth("shard", "queue");
        OptionalInt queue = query.integer("queue", 0, Integer.MAX_VALUE);
        if (queue.isPresent()) {
            return new Placement.Queue(queue.getAsInt());
        }
        return query.text("shard").<Placement>map(Placement.ByShardingKey::new).orElse(Placement.ANY);
    }

    private static MessageProperties properties(Call call, long now) {
        Query query = call.query();
        Map<String, String> properties = new LinkedHashMap<>();
        query.text("tag").ifPresent(tag -> properties.put(PropertyNames.TAGS, checkedTag(tag)));
        List<String> keys = keys(query);
        if (!keys.isEmpty()) {
            properties.put(PropertyNames.KEYS, String.join(" ", keys));
        }
        query.text("shard").ifPresent(shard -> properties.put(PropertyNames.SHARDING_KEY, shard));
        call.contentType().ifPresent(type -> properties.put(PropertyNames.CONTENT_TYPE, checkedContentType(type)));
        call.idempotencyKey().ifPresent(key -> properties.put(PropertyNames.IDEMPOTENCY_KEY, checkedKey(key)));
        query.text("correlationId").ifPresent(id -> properties.put(PropertyNames.CORRELATION_ID, id));
        query.text("replyTo").ifPresent(replyTo -> properties.put(PropertyNames.REPLY_TO, replyTo));
        query.duration("ttl", TTL_MIN, TTL_MAX)
                .ifPresent(ttl -> properties.put(PropertyNames.EXPIRES_AT, Long.toString(now + ttl.toMillis())));
        query.withPrefix(PROPERTY_PREFIX).forEach((name, value) -> {
            requireUserProperty(name);
            properties.put(name, value);
        });
        properties.forEach(SendEndpoint::requireStorable);
        return MessageProperties.of(properties);
    }

    /** A tag that no filter could ever name would make its message unreachable for every filter. */
    private static String checkedTag(String tag) {
        String trimmed = tag.trim();
        if (trimmed.isEmpty() || trimmed.equals("*") || trimmed.contains("||")) {
            throw Query.bad("tag", "is '%s'; a tag is not blank, not * and has no ||".formatted(Query.shown(tag)));
        }
        return trimmed;
    }

    /** Repeated, or several in one value separated by blanks. */
    private static List<String> keys(Query query) {
        List<String> keys = new ArrayList<>();
        for (String value : query.all("key")) {
            for (String key : value.trim().split("\\s+")) {
                if (!key.isEmpty()) {
                    keys.add(key);
                }
            }
        }
        return keys;
    }

    private static String checkedContentType(String type) {
        boolean printable = type.chars().allMatch(c -> c >= ' ' && c < 0x7F);
        if (!printable || type.length() > CONTENT_TYPE_MAX || type.indexOf('/') < 1) {
            throw Problem.of(
                            ProblemType.UNSUPPORTED_MEDIA_TYPE,
                            "Content-Type '%s' is no media type; expected type/subtype of at most %d ASCII characters"
                                    .formatted(Query.shown(type), CONTENT_TYPE_MAX))
                    .asException();
        }
        return type;
    }

    private static String checkedKey(String key) {
        try {
            UnitOfWork.checkKey(key);
            return key;
        } catch (IllegalArgumentException illegal) {
            throw Problem.of(
                            ProblemType.BAD_PARAMETER,
                            "the header Idempotency-Key cannot be used: " + illegal.getMessage())
                    .asException();
        }
    }

    private static void requireUserProperty(String name) {
        if (OWN_WAY.containsKey(name)) {
            throw Query.bad(PROPERTY_PREFIX + name, "cannot be set like this; use " + OWN_WAY.get(name));
        }
        if (MessageProperties.isReserved(name)) {
            throw Query.bad(PROPERTY_PREFIX + name, "is reserved for the broker and its clients; choose another name");
        }
    }

    private static void requireStorable(String name, String value) {
        if ((name + value).chars().anyMatch(c -> c == 1 || c == 2)) {
            throw Problem.of(
                            ProblemType.BAD_PARAMETER,
                            "property '%s' contains the character 0x01 or 0x02, which messages cannot carry"
                                    .formatted(Query.shown(name)))
                    .asException();
        }
    }

    private static Answer stored(int status, Stored stored, String word) {
        String topic = stored.queue().topic().value();
        return Answer.json(status, json -> {
            json.writeStartObject();
            json.writeStringField("id", stored.messageId());
            json.writeStringField("topic", topic);
            json.writeStringField("broker", stored.queue().brokerName());
            json.writeNumberField("queue", stored.queue().queueId());
            json.writeNumberField("offset", stored.queueOffset());
            json.writeStringField("status", word);
            if (!stored.recallHandle().isEmpty()) {
                json.writeStringField("recallHandle", stored.recallHandle());
            }
            json.writeEndObject();
        });
    }

    private static Answer refused(SendOutcome.Refused refused) {
        return Answer.problem(Problem.of(ProblemType.of(refused.reason()), refused.remedy()));
    }
}
