package io.sluice.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.sluice.http.Door.Reply;
import io.sluice.model.Message;
import io.sluice.model.MessageProperties;
import io.sluice.model.TopicName;
import io.sluice.port.LeaseReader;
import io.sluice.port.Placement;
import io.sluice.port.contract.ForwardingPort;
import io.sluice.port.contract.MemoryBroker;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PullTest {
    private final Door door = Door.open();

    @AfterEach
    void close() {
        door.close();
    }

    private static List<String> data(Reply reply) {
        List<String> texts = new ArrayList<>();
        reply.at("/messages").forEach(message -> texts.add(message.get("data").asText()));
        return texts;
    }

    @Test
    void aMessageIsShownWithEverythingItCarriesAndInTheFixedShape() {
        Instant before = Instant.now().truncatedTo(ChronoUnit.MILLIS);
        Reply sent = door.post(
                        "/v1/topics/orders/messages?tag=paid&key=a&key=b&prop.colour=red",
                        "hello".getBytes(StandardCharsets.UTF_8),
                        "text/plain")
                .is(201);

        Reply reply = door.pull("orders", "billing", "wait=0&lease=10m").is(200);

        JsonNode message = reply.at("/messages/0");
        assertThat(message.fieldNames())
                .toIterable()
                .containsExactly(
                        "receipt",
                        "id",
                        "topic",
                        "queue",
                        "offset",
                        "attempt",
                        "tag",
                        "keys",
                        "props",
                        "contentType",
                        "data",
                        "storedAt",
                        "leaseUntil");
        assertThat(message.get("receipt").asText()).isNotBlank();
        assertThat(message.get("id")).isEqualTo(sent.at("/id"));
        assertThat(message.get("topic").asText()).isEqualTo("orders");
        assertThat(message.get("queue")).isEqualTo(sent.at("/queue"));
        assertThat(message.get("offset").asLong()).isZero();
        assertThat(message.get("attempt").asInt()).isEqualTo(1);
        assertThat(message.get("tag").asText()).isEqualTo("paid");
        assertThat(message.get("keys").toString()).isEqualTo("[\"a\",\"b\"]");
        assertThat(message.get("props").toString()).isEqualTo("{\"colour\":\"red\"}");
        assertThat(message.get("contentType").asText()).isEqualTo("text/plain");
        assertThat(message.get("data").asText()).isEqualTo("hello");
        Instant storedAt = Instant.parse(message.get("storedAt").asText());
        assertThat(storedAt).isBetween(before, Instant.now());
        assertThat(Instant.parse(message.get("leaseUntil").asText()))
                .isBetween(before.plusSeconds(600), Instant.now().plusSeconds(600));
        assertThat(reply.header("Content-Length")).isNotNull();
    }

    @Test
    void whatAMessageDoesNotHaveIsNullOrEmptyAndNoBrokerPropertyIsShown() {
        Message bare = Message.of("orders", "hello")
                .withProperties(MessageProperties.of(Map.of(
                        "UNIQ_KEY", "u1", "MSG_REGION", "r", "CLUSTER", "c", "TRACE_ON", "true", "WAIT", "true")));
        door.broker.writer().send(bare, Placement.ANY);

        JsonNode message = door.pull("orders", "billing", "wait=0").at("/messages/0");

        assertThat(message.get("tag").isNull()).isTrue();
        assertThat(message.get("contentType").isNull()).isTrue();
        assertThat(message.get("keys").toString()).isEqualTo("[]");
        assertThat(message.get("props").toString()).isEqualTo("{}");
    }

    @Test
    void correlationIdReplyToAndTimeToLiveAreShownWhenThereAreAny() {
        door.send("orders?correlationId=42&replyTo=answers&ttl=1h", "hello");

        JsonNode message = door.pull("orders", "billing", "wait=0").at("/messages/0");

        assertThat(message.get("correlationId").asText()).isEqualTo("42");
        assertThat(message.get("replyTo").asText()).isEqualTo("answers");
        assertThat(Instant.parse(message.get("expiresAt").asText())).isAfter(Instant.now());
        assertThat(message.get("props").toString()).isEqualTo("{}");
    }

    @Test
    void jsonComesAsAValueTextAsTextAndTheRestInBase64() {
        door.post(
                "/v1/topics/orders/messages?queue=0",
                bytes("{\"n\": 1.10,\r\n\"deep\":[true,null]}"),
                "application/json");
        door.post("/v1/topics/orders/messages?queue=0", bytes("{\"n\":1}"), "text/plain");
        door.post("/v1/topics/orders/messages?queue=0", bytes("{not json"), "application/json");
        door.post("/v1/topics/orders/messages?queue=0", new byte[] {0, 1, (byte) 0xFF}, "application/octet-stream");
        door.post("/v1/topics/orders/messages?queue=0", bytes("grüße 😀 \"quoted\"\n"), "text/plain");

        Reply reply = door.pull("orders", "billing", "wait=0");

        assertThat(reply.text()).contains("\"n\": 1.10");
        assertThat(reply.at("/messages/0/data/deep/0").asBoolean()).isTrue();
        assertThat(reply.at("/messages/1/data").asText()).isEqualTo("{\"n\":1}");
        assertThat(reply.at("/messages/2/data").isMissingNode()).isTrue();
        assertThat(base64(reply.at("/messages/2/data_base64"))).isEqualTo(bytes("{not json"));
        assertThat(base64(reply.at("/messages/3/data_base64"))).isEqualTo(new byte[] {0, 1, (byte) 0xFF});
        assertThat(reply.at("/messages/4/data").asText()).isEqualTo("grüße 😀 \"quoted\"\n");
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] base64(JsonNode node) {
        return Base64.getDecoder().decode(node.asText());
    }

    @Test
    void aPullThatWaitsIsAnsweredByTheNextMessage() {
        door.put("/v1/topics/orders", "").is(201);
        CompletableFuture<Reply> waiting = door.postAsync("/v1/topics/orders/groups/billing/pull?wait=20s");
        await().until(() -> door.metric("sluice_http_long_polls_open") == 1);
        assertThat(waiting).isNotDone();

        door.send("orders", "at last");

        assertThat(data(waiting.orTimeout(60, TimeUnit.SECONDS).join())).containsExactly("at last");
    }

    @Test
    void aPullAsksTheBrokerOnceHoweverLongItWaits() {
        AtomicInteger questions = new AtomicInteger();
        ForwardingPort counted = new ForwardingPort(door.broker) {
            @Override
            public LeaseReader leases() {
                LeaseReader real = super.leases();
                return new LeaseReader() {
                    @Override
                    public CompletionStage<Leased> lease(LeaseRequest request) {
                        questions.incrementAndGet();
                        return real.lease(request);
                    }

                    @Override
                    public CompletionStage<List<Settled>> settle(List<Settlement> settlements) {
                        return real.settle(settlements);
                    }
                };
            }
        };
        try (Door other = Door.open(door.broker, counted, config -> config)) {
            other.put("/v1/topics/orders", "").is(201);
            CompletableFuture<Reply> waiting = other.postAsync("/v1/topics/orders/groups/billing/pull?wait=20s");
            await().until(() -> questions.get() == 1);

            other.send("orders", "at last");

            assertThat(data(waiting.orTimeout(60, TimeUnit.SECONDS).join())).containsExactly("at last");
            assertThat(questions).hasValue(1);
        }
    }

    @Test
    void aPullThatFindsNothingInTimeAnswersAnEmptyList() {
        door.put("/v1/topics/orders", "").is(201);

        assertThat(door.pull("orders", "billing", "wait=100ms").is(200).text()).isEqualTo("{\"messages\":[]}");
        assertThat(door.pull("orders", "billing", "wait=0").is(200).text()).isEqualTo("{\"messages\":[]}");
    }

    @Test
    void atMostMaxMessagesAreLentAndALentMessageIsNotLentAgain() {
        for (int i = 0; i < 5; i++) {
            door.send("orders?queue=0", "m" + i);
        }

        assertThat(data(door.pull("orders", "billing", "wait=0&max=3"))).containsExactly("m0", "m1", "m2");
        assertThat(data(door.pull("orders", "billing", "wait=0&max=3"))).containsExactly("m3", "m4");
        assertThat(data(door.pull("orders", "billing", "wait=0&max=3"))).isEmpty();
        assertThat(data(door.pull("orders", "shipping", "wait=0"))).hasSize(5);
    }

    @Test
    void aTagFilterLeavesTheOthersForOthersUnlessToldToSkipThem() {
        door.send("orders?queue=0&tag=a", "a1");
        door.send("orders?queue=0&tag=b", "b1");
        door.send("orders?queue=0&tag=c", "c1");

        assertThat(data(door.pull("orders", "keeps", "wait=0&tag=a"))).containsExactly("a1");
        assertThat(data(door.pull("orders", "keeps", "wait=0"))).containsExactly("b1", "c1");
        assertThat(data(door.pull("orders", "two", "wait=0&tag=a%7C%7Cc"))).containsExactly("a1", "c1");
        assertThat(data(door.pull("orders", "skips", "wait=0&tag=a&unmatched=skip")))
                .containsExactly("a1");
        assertThat(data(door.pull("orders", "skips", "wait=0"))).isEmpty();
    }

    @Test
    void anSqlFilterIsHandedToTheBroker() {
        MemoryBroker broker = new MemoryBroker((expression, view) -> "red".equals(view.property("colour")));
        try (Door sql = Door.open(broker, broker, config -> config)) {
            sql.send("orders?queue=0&prop.colour=red", "r");
            sql.send("orders?queue=0&prop.colour=blue", "b");

            assertThat(data(sql.pull("orders", "billing", "wait=0&sql=colour%3D%27red%27")))
                    .containsExactly("r");
        }
        door.send("orders", "x");
        door.pull("orders", "billing", "wait=0&sql=a%3D1").isProblem(501, "not-supported");
    }

    @Test
    void aNewGroupBeginsWithTheFirstMessageUnlessToldToBeginWithTheNext() {
        door.send("orders", "old");

        assertThat(data(door.pull("orders", "fromFirst", "wait=0"))).containsExactly("old");
        assertThat(data(door.pull("orders", "fromLast", "wait=0&start=last"))).isEmpty();
        door.send("orders", "new");
        assertThat(data(door.pull("orders", "fromLast", "wait=0"))).containsExactly("new");
    }

    @Test
    void aMessageWhoseTimeToLiveIsOverIsNotDeliveredAndNotKeptForTheGroup() {
        Message late = Message.of("orders", "late").withProperty("expiresAt", "1000");
        door.broker.writer().send(late, new Placement.Queue(0));
        door.send("orders?queue=0", "fresh");

        assertThat(data(door.pull("orders", "billing", "wait=0"))).containsExactly("fresh");
        assertThat(door.broker.openLeases()).isEqualTo(1);
        assertThat(door.metric("sluice_http_messages_expired_total")).isEqualTo(1);
    }

    @Test
    void aPullThatMetOnlyExpiredMessagesGoesOnWaiting() {
        Message late = Message.of("orders", "late").withProperty("expiresAt", "1000");
        door.broker.writer().send(late, Placement.ANY);
        CompletableFuture<Reply> waiting = door.postAsync("/v1/topics/orders/groups/billing/pull?wait=20s");
        await().until(() -> door.metric("sluice_http_messages_expired_total") == 1);

        door.send("orders", "fresh");

        assertThat(data(waiting.orTimeout(60, TimeUnit.SECONDS).join())).containsExactly("fresh");
    }

    @Test
    void manyLargeMessagesComeWholeInOneAnswer() {
        String large = "ü".repeat(300_000);
        for (int i = 0; i < 12; i++) {
            door.send("orders?queue=0", i + large);
        }

        Reply reply = door.pull("orders", "billing", "wait=0").is(200);

        assertThat(data(reply)).hasSize(12).allMatch(text -> text.endsWith(large));
        assertThat(reply.header("Content-Length")).isNull();
        assertThat(door.metric("sluice_http_messages_out_total{via=\"pull\"}")).isEqualTo(12);
        await().until(() -> door.metric("sluice_http_buffered_bytes") == 0);
    }

    @Test
    void aBodyThatDoesNotInflateIsShownAsItIsStoredAndDoesNotHideTheOthers() {
        door.send("orders?queue=0", "before");
        MemoryBroker broker = door.broker;
        broker.writer().send(Message.of(new TopicName("orders"), bytes("damaged")), new Placement.Queue(0));
        BrokenBodies broken = new BrokenBodies(broker, "damaged");
        try (Door other = Door.open(broker, broken, config -> config)) {
            Reply reply = other.pull("orders", "billing", "wait=0").is(200);

            assertThat(reply.at("/messages/0/data").asText()).isEqualTo("before");
            assertThat(base64(reply.at("/messages/1/data_base64"))).isEqualTo(bytes("damaged"));
            assertThat(reply.at("/messages/1/contentEncoding").asText()).isEqualTo("zlib");
        }
    }

    @Test
    void anUnknownTopicIsNotFound() {
        door.pull("nothing", "billing", "wait=20s").isProblem(404, "no-such-topic");
    }

    @Test
    void aPullTakesNoBody() {
        door.send("orders", "hello");

        door.post("/v1/topics/orders/groups/billing/pull?wait=0", "{}").isProblem(400, "bad-body");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "max=0",
                "max=257",
                "max=1.5",
                "wait=61s",
                "wait=5",
                "wait=-1s",
                "wait=1h",
                "lease=999ms",
                "lease=13h",
                "lease=0",
                "tag=a&sql=b",
                "unmatched=drop",
                "start=middle"
            })
    void aParameterOutsideItsBoundsIsRefused(String query) {
        door.pull("orders", "billing", query).isProblem(400, "bad-parameter");
    }

    @Test
    void anIllegalGroupNameIsToldAsSuch() {
        door.pull("orders", "a.b", "wait=0").isProblem(400, "bad-name");
    }
}
