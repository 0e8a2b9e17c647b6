package io.sluice.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.sluice.http.Door.Reply;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ManyCallersTest {
    private static final int SENDERS = 16;
    private static final int EACH = 50;
    private static final int PULLERS = 8;

    private final Door door = Door.open();
    private final List<String> received = new CopyOnWriteArrayList<>();

    @AfterEach
    void close() {
        door.close();
    }

    @Test
    void everyMessageOfManySendersReachesOneOfManyPullersOnceAndNothingIsLeftOver() {
        door.put("/v1/topics/orders", "").is(201);
        List<CompletableFuture<?>> pulling = new ArrayList<>(
                IntStream.range(0, PULLERS).mapToObj(i -> pullOn()).toList());
        List<CompletableFuture<?>> sending = new ArrayList<>(
                IntStream.range(0, SENDERS).mapToObj(i -> sendOn(i, 0)).toList());

        CompletableFuture.allOf(sending.toArray(CompletableFuture[]::new))
                .orTimeout(60, TimeUnit.SECONDS)
                .join();
        CompletableFuture.allOf(pulling.toArray(CompletableFuture[]::new))
                .orTimeout(60, TimeUnit.SECONDS)
                .join();

        List<String> expected = IntStream.range(0, SENDERS)
                .boxed()
                .flatMap(sender -> IntStream.range(0, EACH).mapToObj(i -> sender + "-" + i))
                .toList();
        assertThat(received).containsExactlyInAnyOrderElementsOf(expected);
        assertThat(door.broker.openLeases()).isZero();
        await().until(() -> door.metric("sluice_http_requests_open") == 0);
        await().until(() -> door.metric("sluice_http_long_polls_open") == 0);
        await().until(() -> door.metric("sluice_http_buffered_bytes") == 0);
        assertThat(door.metric("sluice_http_messages_in_total")).isEqualTo(SENDERS * EACH);
        await().until(() -> door.metric("sluice_http_messages_out_total{via=\"pull\"}") == SENDERS * EACH);
    }

    private CompletableFuture<?> sendOn(int sender, int next) {
        if (next == EACH) {
            return CompletableFuture.completedFuture(null);
        }
        return door.callAsync(door.request("/v1/topics/orders/messages")
                        .POST(BodyPublishers.ofString(sender + "-" + next))
                        .build())
                .thenCompose(reply -> {
                    reply.is(201);
                    return sendOn(sender, next + 1);
                });
    }

    /** Pulls and acknowledges until everything has been received. */
    private CompletableFuture<?> pullOn() {
        if (received.size() == SENDERS * EACH) {
            return CompletableFuture.completedFuture(null);
        }
        return door.postAsync("/v1/topics/orders/groups/workers/pull?wait=200ms&max=7&lease=5m")
                .thenCompose(this::acknowledge)
                .thenCompose(done -> pullOn());
    }

    private CompletableFuture<?> acknowledge(Reply pulled) {
        List<String> receipts = new ArrayList<>();
        for (JsonNode message : pulled.is(200).at("/messages")) {
            received.add(message.get("data").asText());
            receipts.add("\"" + message.get("receipt").asText() + "\"");
        }
        if (receipts.isEmpty()) {
            return CompletableFuture.completedFuture(null);
        }
        return door.callAsync(door.request("/v1/ack")
                        .POST(BodyPublishers.ofString("{\"receipts\":[" + String.join(",", receipts) + "]}"))
                        .build())
                .thenAccept(reply -> reply.is(200));
    }
}
