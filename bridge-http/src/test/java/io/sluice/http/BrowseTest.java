package io.sluice.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.sluice.http.Door.Reply;
import io.sluice.model.MessageQueue;
import io.sluice.port.BrokerPort;
import io.sluice.port.Hold;
import io.sluice.port.OffsetRange;
import io.sluice.port.QueueReader;
import io.sluice.port.Records;
import io.sluice.port.contract.ForwardingPort;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BrowseTest {
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

    private Reply browse(String query) {
        return door.get("/v1/topics/orders/messages?" + query).is(200);
    }

    @Test
    void aQueueIsReadFromAnOffsetAndTheAnswerSaysWhereToGoOn() {
        for (int i = 0; i < 5; i++) {
            door.send("orders?queue=1", "m" + i);
        }

        Reply reply = browse("queue=1&offset=1&limit=2");

        assertThat(data(reply)).containsExactly("m1", "m2");
        assertThat(reply.at("/queues").toString())
                .isEqualTo("[{\"broker\":\"memory\",\"queue\":1,\"min\":0,\"max\":5,\"next\":3}]");
        assertThat(data(browse("queue=1&offset=3&limit=2"))).containsExactly("m3", "m4");
        Reply end = browse("queue=1&offset=5");
        assertThat(data(end)).isEmpty();
        assertThat(end.at("/queues/0/next").asLong()).isEqualTo(5);
    }

    @Test
    void aMessageLooksLikeInAPullWithoutWhatBelongsToTheLease() {
        door.send("orders?tag=t&key=k&prop.a=b", "hello");

        JsonNode message = browse("").at("/messages/0");

        assertThat(message.fieldNames())
                .toIterable()
                .containsExactly(
                        "id",
                        "topic",
                        "broker",
                        "queue",
                        "offset",
                        "tag",
                        "keys",
                        "props",
                        "contentType",
                        "data",
                        "storedAt");
    }

    @Test
    void browsingChangesNothing() {
        door.send("orders", "hello");

        browse("");
        browse("");

        assertThat(door.pull("orders", "billing", "wait=0")
                        .at("/messages/0/attempt")
                        .asInt())
                .isEqualTo(1);
    }

    @Test
    void allQueuesTogetherAreReadInTheOrderOfStorageAndCanBeContinuedOneByOne() {
        List<String> sent = new ArrayList<>();
        for (int i = 0; i < 9; i++) {
            sent.add("m" + i);
            door.send("orders?queue=" + i % 3, "m" + i);
        }

        Reply reply = browse("limit=5");
        List<String> seen = new ArrayList<>(data(reply));
        assertThat(seen).hasSize(5);
        reply.at("/queues")
                .forEach(queue -> seen.addAll(data(browse("queue=%d&offset=%d"
                        .formatted(queue.get("queue").asInt(), queue.get("next").asLong())))));

        assertThat(seen).containsExactlyInAnyOrderElementsOf(sent);
    }

    @Test
    void aSpanOfTimeIsReadByItsInstants() {
        door.send("orders?queue=0", "before");
        String from = browse("").at("/messages/0/storedAt").asText();
        long next = Instant.parse(from).toEpochMilli() + 1;
        Awaitility.await().until(() -> System.currentTimeMillis() > next);
        door.send("orders?queue=0", "inside");
        String inside = browse("").at("/messages/1/storedAt").asText();
        long after = Instant.parse(inside).toEpochMilli() + 1;
        Awaitility.await().until(() -> System.currentTimeMillis() > after);
        door.send("orders?queue=0", "after");

        assertThat(data(browse("from=" + next))).containsExactly("inside", "after");
        assertThat(data(browse("from=" + inside + "&to=" + inside))).containsExactly("inside");
        assertThat(data(browse("to=" + from))).containsExactly("before");
        assertThat(browse("to=" + from).at("/queues/0/next").asLong()).isEqualTo(1);
        assertThat(data(browse("from=2100-01-01T00:00:00%2B02:00"))).isEmpty();
    }

    @Test
    void messagesAreFoundByTheirKeyNewestFirst() {
        door.send("orders?key=a&key=b", "first");
        door.send("orders?key=a", "second");
        door.send("orders?key=c", "third");

        assertThat(data(browse("key=a"))).containsExactly("second", "first");
        assertThat(data(browse("key=b&limit=1"))).containsExactly("first");
        assertThat(data(browse("key=nothing"))).isEmpty();
        assertThat(data(browse("key=a&to=1"))).isEmpty();
    }

    @Test
    void anAnswerIsBoundedInBytesAndSaysWhereToGoOn() {
        String large = "x".repeat(3_000_000);
        for (int i = 0; i < 5; i++) {
            door.send("orders?queue=0", i + large);
        }

        Reply reply = browse("queue=0&limit=5");

        int got = reply.at("/messages").size();
        assertThat(got).isBetween(1, 4);
        assertThat(reply.at("/queues/0/next").asLong()).isEqualTo(got);
    }

    @Test
    void memoryOfTheBrokerIsGivenBackWhenTheAnswerIsWritten() {
        AtomicInteger held = new AtomicInteger();
        try (Door counting = Door.open(door.broker, new CountingHolds(door.broker, held), config -> config)) {
            counting.send("orders?queue=0", "hello");
            counting.send("orders?queue=1", "hello");

            counting.get("/v1/topics/orders/messages").is(200);
            counting.get("/v1/topics/orders/messages?queue=0&offset=0").is(200);

            Awaitility.await().until(() -> held.get() == 0);
        }
    }

    /** Counts fetches whose memory is not given back. */
    private static final class CountingHolds extends ForwardingPort {
        private final AtomicInteger held;

        CountingHolds(BrokerPort port, AtomicInteger held) {
            super(port);
            this.held = held;
        }

        @Override
        public QueueReader reader() {
            QueueReader real = super.reader();
            return new QueueReader() {
                @Override
                public CompletionStage<Fetched> fetch(FetchRequest request) {
                    return real.fetch(request).thenApply(fetched -> {
                        held.incrementAndGet();
                        Hold hold = held::decrementAndGet;
                        return new Fetched(
                                fetched.status(),
                                new Records(fetched.records().slices(), hold),
                                fetched.nextOffset(),
                                fetched.range());
                    });
                }

                @Override
                public CompletionStage<OffsetRange> range(MessageQueue queue) {
                    return real.range(queue);
                }

                @Override
                public CompletionStage<Long> offsetAt(MessageQueue queue, long storedAtEpochMs) {
                    return real.offsetAt(queue, storedAtEpochMs);
                }
            };
        }
    }

    @Test
    void anUnknownTopicOrQueueIsNotFoundAndAWriteOnlyTopicIsAConflict() {
        door.get("/v1/topics/nothing/messages").isProblem(404, "no-such-topic");
        door.get("/v1/topics/nothing/messages?key=a").isProblem(404, "no-such-topic");
        door.send("orders", "x");
        door.get("/v1/topics/orders/messages?queue=99").isProblem(404, "no-such-queue");
        door.get("/v1/topics/orders/messages?broker=other").isProblem(404, "no-such-queue");
        door.put("/v1/topics/orders", "{\"readable\":false}").is(200);
        door.get("/v1/topics/orders/messages").isProblem(409, "not-readable");
    }

    @Test
    void aTopicWithVeryManyQueuesIsNotReadAllAtOnce() {
        door.put("/v1/topics/orders", "{\"queues\":100}").is(201);

        door.get("/v1/topics/orders/messages").isProblem(400, "bad-parameter");
        door.get("/v1/topics/orders/messages?queue=99").is(200);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "offset=0",
                "queue=0&offset=-1",
                "queue=0&offset=0&from=0",
                "key=a&queue=0",
                "key=a&limit=65",
                "limit=0",
                "limit=501",
                "from=yesterday",
                "from=2026-01-01",
                "from=2000&to=1000",
                "queue=one"
            })
    void aParameterThatCannotBeUsedIsRefused(String query) {
        door.send("orders", "x");

        door.get("/v1/topics/orders/messages?" + query).isProblem(400, "bad-parameter");
    }
}
