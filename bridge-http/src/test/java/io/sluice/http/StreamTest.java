package io.sluice.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.sluice.model.FilterExpression;
import io.sluice.model.Message;
import io.sluice.model.MessageQueue;
import io.sluice.model.TopicName;
import io.sluice.port.BrokerPort;
import io.sluice.port.Hold;
import io.sluice.port.Placement;
import io.sluice.port.QueueReader.FetchRequest;
import io.sluice.port.Records;
import io.sluice.port.Tails;
import io.sluice.port.contract.ForwardingPort;
import java.net.Socket;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class StreamTest {
    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    private final Door door = Door.open();

    @AfterEach
    void close() {
        door.close();
    }

    private static EventStream follow(Door door, String path) throws Exception {
        return new EventStream(CLIENT, door.request(path).GET().build());
    }

    @Test
    void whatIsStoredFromNowOnComesAsEventsInTheFormOfABrowsedMessage() throws Exception {
        door.send("orders?queue=0", "old");
        try (EventStream events = follow(door, "/v1/topics/orders/stream")) {
            assertThat(events.status()).isEqualTo(200);
            assertThat(events.header("Content-Type")).isEqualTo("text/event-stream");
            await().until(() -> events.lines.contains(": following"));

            door.send("orders?queue=0&tag=t&key=k&prop.a=b", "new");
            door.post(
                    "/v1/topics/orders/messages?queue=0",
                    "{\"n\":1,\r\n\"m\":2}".getBytes(StandardCharsets.UTF_8),
                    "application/json");
            await().until(() -> events.data().size() == 2);

            JsonNode first = Door.parse(events.data().get(0));
            assertThat(first)
                    .isEqualTo(door.get("/v1/topics/orders/messages?queue=0&offset=1")
                            .at("/messages/0"));
            assertThat(Door.parse(events.data().get(1)).at("/data/m").asInt()).isEqualTo(2);
            assertThat(events.lines).contains("event: message");
        }
    }

    @Test
    void aTagFilterLetsOnlyItsTagsThrough() throws Exception {
        door.put("/v1/topics/orders", "").is(201);
        try (EventStream events = follow(door, "/v1/topics/orders/stream?tag=a%7C%7Cc")) {
            await().until(() -> events.lines.contains(": following"));
            for (String tag : List.of("a", "b", "c")) {
                door.send("orders?queue=0&tag=" + tag, tag);
            }
            door.send("orders?queue=0", "none");
            door.send("orders?queue=0&tag=a", "end");
            await().until(() -> events.data().size() == 3);

            assertThat(events.data())
                    .extracting(data -> Door.parse(data).get("data").asText())
                    .containsExactly("a", "c", "end");
        }
    }

    @Test
    void anSqlFilterLetsOnlyMatchingPropertiesThroughAndOneThatCannotBeReadIsTold() throws Exception {
        door.put("/v1/topics/orders", "").is(201);
        try (EventStream events = follow(door, "/v1/topics/orders/stream?sql=colour%3D%27red%27")) {
            await().until(() -> events.lines.contains(": following"));
            door.send("orders?queue=0&prop.colour=blue", "no");
            door.send("orders?queue=0&prop.colour=red", "yes");
            await().until(() -> !events.data().isEmpty());

            assertThat(Door.parse(events.data().get(0)).get("data").asText()).isEqualTo("yes");
        }
        assertThat(door.get("/v1/topics/orders/stream?sql=%28%28")
                        .isProblem(400, "bad-parameter")
                        .at("/parameter")
                        .asText())
                .isEqualTo("sql");
        door.get("/v1/topics/orders/stream?sql=a%3D1&tag=b").isProblem(400, "bad-parameter");
    }

    @Test
    void aMessageWhoseTimeToLiveIsOverIsLeftOut() throws Exception {
        door.put("/v1/topics/orders", "").is(201);
        try (EventStream events = follow(door, "/v1/topics/orders/stream")) {
            await().until(() -> events.lines.contains(": following"));
            door.broker
                    .writer()
                    .send(Message.of("orders", "late").withProperty("expiresAt", "1"), new Placement.Queue(0));
            door.send("orders?queue=0", "fresh");
            await().until(() -> !events.data().isEmpty());

            assertThat(Door.parse(events.data().get(0)).get("data").asText()).isEqualTo("fresh");
        }
    }

    @Test
    void anIdleStreamIsKeptAliveByComments() throws Exception {
        try (Door brisk =
                Door.open(config -> config.withConsume(config.consume().withKeepAlive(Duration.ofMillis(20))))) {
            brisk.put("/v1/topics/orders", "").is(201);
            try (EventStream events = follow(brisk, "/v1/topics/orders/stream")) {
                await().until(() ->
                        events.lines.stream().filter(": keep-alive"::equals).count() >= 3);
                brisk.send("orders", "still here");
                await().until(() -> events.data().size() == 1);
            }
        }
    }

    @Test
    void aClosedStreamIsNoticedAndItsTailEnds() throws Exception {
        door.put("/v1/topics/orders", "").is(201);
        EventStream events = follow(door, "/v1/topics/orders/stream");
        await().until(() -> door.metric("sluice_http_streams_open") == 1);

        events.close();

        await().until(() -> door.metric("sluice_http_streams_open") == 0);
    }

    @Test
    void everyMessageOfABurstComesOnceAndInQueueOrder() throws Exception {
        door.put("/v1/topics/orders", "").is(201);
        List<String> expected = new ArrayList<>();
        try (EventStream events = follow(door, "/v1/topics/orders/stream")) {
            await().until(() -> events.lines.contains(": following"));
            for (int i = 0; i < 500; i++) {
                expected.add("m" + i);
                door.broker.writer().send(Message.of("orders", "m" + i), new Placement.Queue(1));
            }
            await().until(() -> events.data().size() == 500);

            assertThat(events.data())
                    .extracting(data -> Door.parse(data).get("data").asText())
                    .containsExactlyElementsOf(expected);
            await().until(() -> door.metric("sluice_http_messages_out_total{via=\"stream\"}") == 500);
        }
    }

    @Test
    void aReaderThatDoesNotReadHoldsTheTailBackAndIsCutOffInTheEnd() throws Exception {
        HandFed tail = new HandFed(door.broker);
        try (Door slow = Door.open(
                door.broker,
                tail,
                config -> config.withListener(config.listener()
                        .withPatience(config.listener().patience().withStalledWrite(Duration.ofMillis(400)))))) {
            slow.put("/v1/topics/orders", "").is(201);
            try (Socket lazy = new Socket("127.0.0.1", slow.port())) {
                lazy.setReceiveBufferSize(4096);
                lazy.getOutputStream()
                        .write("GET /v1/topics/orders/stream HTTP/1.1\r\nHost: x\r\n\r\n"
                                .getBytes(StandardCharsets.US_ASCII));
                await().until(() -> tail.listener != null);

                int taken = 0;
                while (taken < 100 && tail.closed.get() == 0) {
                    assertThat(tail.feed(1_000_000).toCompletableFuture()).succeedsWithin(Duration.ofMinutes(1));
                    taken++;
                }

                assertThat(taken).as("what fits into buffers").isLessThan(100);
                await().until(() -> tail.closed.get() == 1);
                await().until(() -> tail.held.get() == 0);
                await().until(() -> slow.metric("sluice_http_streams_open") == 0);
            }
        }
    }

    /** A tail that says what the test lets it say. */
    private static final class HandFed extends ForwardingPort {
        private final BrokerPort broker;
        private final AtomicInteger closed = new AtomicInteger();
        private final AtomicInteger held = new AtomicInteger();
        private volatile Tails.TailListener listener;

        HandFed(BrokerPort broker) {
            super(broker);
            this.broker = broker;
        }

        @Override
        public Tails tails() {
            return (topic, told) -> {
                listener = told;
                return new Tails.Tail() {
                    @Override
                    public CompletionStage<Void> ready() {
                        return CompletableFuture.completedFuture(null);
                    }

                    @Override
                    public void close() {
                        closed.incrementAndGet();
                    }
                };
            };
        }

        CompletionStage<Void> feed(int bytes) {
            broker.writer().send(Message.of(new TopicName("fed"), new byte[bytes]), new Placement.Queue(0));
            MessageQueue queue = new MessageQueue(new TopicName("fed"), "memory", 0);
            long end = broker.reader().range(queue).toCompletableFuture().join().max();
            Records stored = broker.reader()
                    .fetch(new FetchRequest(queue, end - 1, 1, Integer.MAX_VALUE, FilterExpression.ALL, Duration.ZERO))
                    .toCompletableFuture()
                    .join()
                    .records();
            held.incrementAndGet();
            Hold hold = held::decrementAndGet;
            return listener.onRecords(queue, new Records(stored.slices(), hold));
        }
    }

    @Test
    void recordsThatWereDeletedBeforeTheyCouldBeReadAreTold() throws Exception {
        HandFed tail = new HandFed(door.broker);
        try (Door fed = Door.open(door.broker, tail, config -> config)) {
            fed.put("/v1/topics/orders", "").is(201);
            try (EventStream events = follow(fed, "/v1/topics/orders/stream")) {
                tail.listener.onGap(new MessageQueue(new TopicName("orders"), "memory", 3), 5, 9);
                await().until(() -> events.data().size() == 1);

                assertThat(events.lines).contains("event: gap");
                assertThat(events.data().get(0))
                        .isEqualTo("{\"topic\":\"orders\",\"broker\":\"memory\",\"queue\":3,\"from\":5,\"to\":9}");
            }
        }
    }

    @Test
    void moreStreamsThanTheBoundAreTurnedAway() throws Exception {
        try (Door one = Door.open(config -> config.withListener(
                config.listener().withBounds(config.listener().bounds().withStreams(1))))) {
            one.put("/v1/topics/orders", "").is(201);
            try (EventStream events = follow(one, "/v1/topics/orders/stream")) {
                assertThat(events.status()).isEqualTo(200);
                Door.Reply second = one.get("/v1/topics/orders/stream").isProblem(503, "busy");
                assertThat(second.header("Retry-After")).isEqualTo("1");
            }
        }
    }

    @Test
    void anUnknownTopicIsNotFoundAndAHeadIsNotAnswered() {
        door.get("/v1/topics/nothing/stream").isProblem(404, "no-such-topic");
        door.send("orders", "x");
        assertThat(door.method("HEAD", "/v1/topics/orders/stream").status()).isEqualTo(405);
    }
}
