package io.sluice.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.http.Door.Reply;
import io.sluice.model.Message;
import io.sluice.model.MessageId;
import io.sluice.port.Refusal;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SendTest {
    private final Door door = Door.open();

    @AfterEach
    void close() {
        door.close();
    }

    private Message only(String topic) {
        List<Message> all = door.broker.sends(topic);
        assertThat(all).hasSize(1);
        return all.get(0);
    }

    @Test
    void theBodyBecomesTheMessageAndTheAnswerSaysWhereItLies() {
        Reply reply = door.post("/v1/topics/orders/messages?queue=2", "hello").is(201);

        assertThat(reply.contentType()).isEqualTo("application/json");
        assertThat(reply.json().fieldNames())
                .toIterable()
                .containsExactly("id", "topic", "broker", "queue", "offset", "status");
        assertThat(MessageId.parse(reply.at("/id").asText()).logOffset()).isZero();
        assertThat(reply.at("/topic").asText()).isEqualTo("orders");
        assertThat(reply.at("/broker").asText()).isEqualTo("memory");
        assertThat(reply.at("/queue").asInt()).isEqualTo(2);
        assertThat(reply.at("/offset").asLong()).isZero();
        assertThat(reply.at("/status").asText()).isEqualTo("STORED");
        assertThat(only("orders").body()).isEqualTo("hello".getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void everythingAroundTheBodyTravelsInItsProperty() {
        long before = System.currentTimeMillis();
        door.post(
                        "/v1/topics/orders/messages?tag=paid&key=a%20b&key=c&shard=customer7&correlationId=42"
                                + "&replyTo=answers&ttl=1h&prop.colour=dark+green&prop.h%C3%B6he=3",
                        "{}".getBytes(StandardCharsets.UTF_8), "application/json;charset=utf-8")
                .is(201);

        Message message = only("orders");
        assertThat(message.properties().tag()).contains("paid");
        assertThat(message.properties().keys()).containsExactly("a", "b", "c");
        assertThat(message.properties().contentType()).contains("application/json;charset=utf-8");
        assertThat(message.properties().get("__SHARDINGKEY")).isEqualTo("customer7");
        assertThat(message.properties().get("CORRELATION_ID")).isEqualTo("42");
        assertThat(message.properties().get("replyTo")).isEqualTo("answers");
        assertThat(message.properties().get("colour")).isEqualTo("dark green");
        assertThat(message.properties().get("höhe")).isEqualTo("3");
        assertThat(Long.parseLong(message.properties().get("expiresAt")))
                .isBetween(before + 3_600_000, System.currentTimeMillis() + 3_600_000);
    }

    @Test
    void aParameterWithoutAValueCountsAsNotGiven() {
        door.send("orders?tag=&key=&shard=&prop.a=", "hello");

        assertThat(only("orders").properties().size()).isZero();
    }

    @Test
    void messagesWithOneShardingKeyGoToOneQueue() {
        Set<Integer> queues = new HashSet<>();
        for (int i = 0; i < 8; i++) {
            queues.add(door.send("orders?shard=same", "hello").at("/queue").asInt());
        }
        assertThat(queues).hasSize(1);
    }

    @Test
    void binaryBodiesAndEmptyBodiesAreKeptAsTheyAre() {
        byte[] binary = new byte[256];
        for (int i = 0; i < binary.length; i++) {
            binary[i] = (byte) i;
        }
        door.post("/v1/topics/binary/messages", binary, "application/octet-stream")
                .is(201);
        door.post("/v1/topics/empty/messages").is(201);

        assertThat(only("binary").body()).isEqualTo(binary);
        assertThat(only("empty").body()).isEmpty();
    }

    @Test
    void aBodyOfUnknownLengthIsTaken() {
        byte[] large = new byte[300_000];
        large[299_999] = 7;
        door.call(door.request("/v1/topics/orders/messages")
                        .POST(BodyPublishers.fromPublisher(BodyPublishers.ofByteArray(large)))
                        .build())
                .is(201);

        assertThat(only("orders").body()).isEqualTo(large);
    }

    @Test
    void aBodyOfExactlyTheLimitIsTakenAndOneByteMoreIsNot() {
        try (Door small = Door.open(config -> config.withMessageMaxBytes(1000))) {
            small.post("/v1/topics/orders/messages", "x".repeat(1000)).is(201);

            Reply over = small.post("/v1/topics/orders/messages", "x".repeat(1001));
            over.isProblem(413, "too-large");
            assertThat(over.at("/maxBytes").asInt()).isEqualTo(1000);
            small.call(small.request("/v1/topics/orders/messages")
                            .POST(BodyPublishers.fromPublisher(BodyPublishers.ofByteArray(new byte[1001])))
                            .build())
                    .isProblem(413, "too-large");
            assertThat(small.broker.sends("orders")).hasSize(1);
        }
    }

    @Test
    void aDelayedMessageWaitsIsListedAndCanBeCalledBack() {
        String handle = door.post("/v1/topics/orders/messages?delay=2h", "later")
                .is(201)
                .at("/recallHandle")
                .asText();
        door.post("/v1/topics/orders/messages?deliverAt=2100-01-01T00:00:00Z", "too far")
                .isProblem(400, "illegal-argument");
        door.post("/v1/topics/orders/messages?delay=1s&deliverAt=1", "both").isProblem(400, "bad-parameter");
        assertThat(door.broker.sends("orders")).isEmpty();

        assertThat(door.get("/v1/topics/orders/waiting").is(200).at("/total").asInt())
                .isEqualTo(1);
        assertThat(door.get("/v1/topics/orders/waiting?limit=5")
                        .at("/waiting/0/recallHandle")
                        .asText())
                .isEqualTo(handle);
        assertThat(door.post("/v1/topics/orders/recall", handle)
                        .is(200)
                        .at("/recalled")
                        .asBoolean())
                .isTrue();
        assertThat(door.post("/v1/topics/orders/recall", handle)
                        .is(200)
                        .at("/recalled")
                        .asBoolean())
                .isFalse();
        door.post("/v1/topics/orders/recall", "nonsense").isProblem(400, "illegal-argument");
    }

    @Test
    void aRequestWithAnIdempotencyKeyIsAnsweredAsTheFirstWas() {
        String first = door.postOnce("/v1/topics/orders/messages", "\"order-1\"", "hello")
                .is(201)
                .at("/id")
                .asText();
        String second = door.postOnce("/v1/topics/orders/messages", "order-1", "hello")
                .is(201)
                .at("/id")
                .asText();
        assertThat(second).isEqualTo(first);
        assertThat(door.broker.sends("orders")).hasSize(1);
        door.postOnce("/v1/topics/orders/messages", "order-1", "another").isProblem(400, "illegal-argument");
        door.postOnce("/v1/topics/orders/messages", "with blank", "x").isProblem(400, "bad-parameter");
        door.post("/v1/topics/orders/messages?prop.idempotencyKey=a", "x").isProblem(400, "bad-parameter");
    }

    @Test
    void aTimeOfDeliveryThatIsOverMeansAtOnce() {
        door.post("/v1/topics/orders/messages?deliverAt=2020-01-01T00:00:00Z", "now")
                .is(201);
        door.post("/v1/topics/orders/messages?delay=0", "now too").is(201);

        assertThat(door.broker.sends("orders")).hasSize(2);
    }

    @ParameterizedTest
    @CsvSource({
        "NO_SUCH_TOPIC, 404, no-such-topic",
        "NO_SUCH_QUEUE, 404, no-such-queue",
        "NO_SUCH_GROUP, 404, no-such-group",
        "ILLEGAL_ARGUMENT, 400, illegal-argument",
        "TOO_LARGE, 413, too-large",
        "TOO_FAR_AWAY, 400, illegal-argument",
        "NOT_WRITABLE, 409, not-writable",
        "NOT_READABLE, 409, not-readable",
        "FORBIDDEN, 403, forbidden",
        "DISK_FULL, 507, disk-full",
        "OVERLOADED, 429, overloaded",
        "UNAVAILABLE, 503, unavailable",
        "NOT_SUPPORTED, 501, not-supported"
    })
    void eachRefusalOfTheBrokerHasItsProblem(Refusal reason, int status, String type) {
        door.broker.refuseSends(reason, "because of the test");

        Reply reply = door.post("/v1/topics/orders/messages", "hello").isProblem(status, type);
        assertThat(reply.at("/detail").asText()).isEqualTo("because of the test");
        if (Set.of("disk-full", "overloaded", "unavailable").contains(type)) {
            assertThat(Integer.parseInt(reply.header("Retry-After"))).isPositive();
        } else {
            assertThat(reply.header("Retry-After")).isNull();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "tagg=x, tagg, tag",
        "Key=x, Key, key",
        "prop=x, prop, prop.NAME",
        "correlationID=x, correlationID, correlationId"
    })
    void anUnknownParameterIsToldWithTheNearestKnown(String query, String given, String nearest) {
        Reply reply = door.post("/v1/topics/orders/messages?" + query, "hello").isProblem(400, "unknown-parameter");

        assertThat(reply.at("/parameter").asText()).isEqualTo(given);
        assertThat(reply.at("/nearest").asText()).isEqualTo(nearest);
        assertThat(door.broker.sends("orders")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "tag=a%7C%7Cb",
                "tag=*",
                "tag=%20",
                "tag=a&tag=b",
                "queue=-1",
                "queue=x",
                "queue=1&shard=a",
                "ttl=5",
                "ttl=0s",
                "ttl=99999d",
                "prop.KEYS=a",
                "prop.__RMQ.x=a",
                "prop.contentType=text/plain",
                "prop.replyTo=a",
                "prop.expiresAt=1",
                "prop.a=1&prop.a=2",
                "prop.a=%01",
                "key=%FF"
            })
    void aParameterThatCannotBeUsedIsNamedAndNothingIsStored(String query) {
        Reply reply = door.post("/v1/topics/orders/messages?" + query, "hello").isProblem(400, "bad-parameter");

        assertThat(reply.at("/detail").asText()).matches("(query )?(parameter|property) '.*");
        assertThat(door.broker.sends("orders")).isEmpty();
    }

    @Test
    void aContentTypeThatIsNoneAndAnEncodedBodyAreRefused() {
        door.post("/v1/topics/orders/messages", new byte[1], "nonsense").isProblem(415, "unsupported-media-type");
        door.call(door.request("/v1/topics/orders/messages")
                        .header("Content-Encoding", "gzip")
                        .POST(BodyPublishers.ofString("x"))
                        .build())
                .isProblem(415, "unsupported-media-type");
        assertThat(door.broker.sends("orders")).isEmpty();
    }

    @Test
    void anIllegalTopicNameIsToldAsSuch() {
        door.post("/v1/topics/a.b/messages", "hello").isProblem(400, "bad-name");
        door.post("/v1/topics/" + "x".repeat(128) + "/messages", "hello").isProblem(400, "bad-name");
    }

    @Test
    void aQueueThatTheTopicDoesNotHaveIsNotFound() {
        door.post("/v1/topics/orders/messages?queue=99", "hello").isProblem(404, "no-such-queue");
    }

    @Test
    void aTopicWithAPercentSignInItsNameIsReachedWithThePercentSignEscaped() {
        door.send("%25RETRY%25billing", "hello");

        assertThat(door.broker.sends("%RETRY%billing")).hasSize(1);
    }
}
