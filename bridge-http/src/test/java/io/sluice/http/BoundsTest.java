package io.sluice.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.sluice.http.Door.Reply;
import io.sluice.http.channel.Bounds;
import io.sluice.model.Message;
import io.sluice.port.MessageWriter;
import io.sluice.port.Placement;
import io.sluice.port.SendOutcome;
import io.sluice.port.contract.ForwardingPort;
import io.sluice.port.contract.MemoryBroker;
import java.net.SocketTimeoutException;
import java.net.http.HttpRequest.BodyPublishers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** What happens at each bound. */
class BoundsTest {

    private static UnaryOperator<HttpConfig> bounds(UnaryOperator<Bounds> changed) {
        return config -> config.withListener(
                config.listener().withBounds(changed.apply(config.listener().bounds())));
    }

    /** A broker that keeps its senders waiting until it is told to answer. */
    private static final class Hesitant extends ForwardingPort {
        private final MemoryBroker broker;
        private final List<Runnable> waiting = new CopyOnWriteArrayList<>();

        Hesitant(MemoryBroker broker) {
            super(broker);
            this.broker = broker;
        }

        @Override
        public MessageWriter writer() {
            return (Message message, Placement placement) -> {
                CompletableFuture<SendOutcome> answer = new CompletableFuture<>();
                waiting.add(() -> broker.writer().send(message, placement).thenAccept(answer::complete));
                return answer;
            };
        }

        void answerAll() {
            waiting.forEach(Runnable::run);
        }
    }

    @Test
    void moreCallsAtWorkThanTheBoundAreTurnedAwayAndProbesAreNot() {
        MemoryBroker broker = new MemoryBroker();
        Hesitant port = new Hesitant(broker);
        try (Door door = Door.open(broker, port, bounds(bounds -> bounds.withRequests(2)))) {
            List<CompletableFuture<Reply>> under = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                under.add(door.postAsync("/v1/topics/orders/messages"));
            }
            await().until(() -> port.waiting.size() == 2);

            Reply third = door.post("/v1/topics/orders/messages", "x").isProblem(503, "busy");
            assertThat(third.header("Retry-After")).isEqualTo("1");
            door.get("/health/ready").is(200);
            assertThat(door.metric("sluice_http_requests_open")).isEqualTo(2);

            port.answerAll();
            under.forEach(reply -> reply.join().is(201));
            await().until(() -> door.metric("sluice_http_requests_open") == 0);
            port.waiting.clear();
            CompletableFuture<Reply> next = door.postAsync("/v1/topics/orders/messages");
            await().until(() -> port.waiting.size() == 1);
            port.answerAll();
            next.join().is(201);
        }
    }

    @Test
    void morePullsThanTheBoundAreTurnedAwayAndOtherCallsAreNot() {
        try (Door door = Door.open(bounds(bounds -> bounds.withPolls(1)))) {
            door.put("/v1/topics/orders", "").is(201);
            CompletableFuture<Reply> waiting = door.postAsync("/v1/topics/orders/groups/g/pull?wait=30s");
            await().until(() -> door.metric("sluice_http_long_polls_open") == 1);

            door.pull("orders", "g", "wait=0").isProblem(503, "busy");
            door.send("orders", "x");

            assertThat(waiting.join().at("/messages").size()).isEqualTo(1);
        }
    }

    @Test
    void bodiesBeyondTheBoundOnBufferedBytesAreNotTaken() {
        MemoryBroker broker = new MemoryBroker();
        Hesitant port = new Hesitant(broker);
        try (Door door = Door.open(broker, port, bounds(bounds -> bounds.withBufferedBytes(100_000)))) {
            CompletableFuture<Reply> first = door.callAsync(door.request("/v1/topics/orders/messages")
                    .POST(BodyPublishers.ofByteArray(new byte[60_000]))
                    .build());
            await().until(() -> port.waiting.size() == 1);
            assertThat(door.metric("sluice_http_buffered_bytes")).isGreaterThanOrEqualTo(60_000);

            door.post("/v1/topics/orders/messages", new byte[60_000], "a/b").isProblem(503, "busy");

            port.answerAll();
            first.join().is(201);
            await().until(() -> door.metric("sluice_http_buffered_bytes") == 0);
        }
    }

    @Test
    void aBrokerThatDoesNotAnswerInTimeIsToldAsUnavailable() {
        MemoryBroker broker = new MemoryBroker();
        Hesitant port = new Hesitant(broker);
        UnaryOperator<HttpConfig> brisk = config -> config.withListener(
                config.listener().withPatience(config.listener().patience().withAnswer(Duration.ofMillis(100))));
        try (Door door = Door.open(broker, port, brisk)) {
            Reply reply = door.post("/v1/topics/orders/messages", "x").isProblem(503, "unavailable");

            assertThat(reply.at("/detail").asText()).contains("not known");
            port.answerAll();
            await().until(() -> door.metric("sluice_http_requests_open") == 0);
            door.get("/v1/topics").is(200);
        }
    }

    @Test
    void moreConnectionsThanTheBoundWaitUntilOneEnds() throws Exception {
        String request = "GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n";
        try (Door door = Door.open(bounds(bounds -> bounds.withConnections(2)))) {
            RawPeer first = new RawPeer(door.port());
            assertThat(first.say(request).hear()).startsWith("HTTP/1.1 200 ");
            try (RawPeer second = new RawPeer(door.port());
                    RawPeer third = new RawPeer(door.port())) {
                assertThat(second.say(request).hear()).startsWith("HTTP/1.1 200 ");
                third.say(request);
                third.socket.setSoTimeout(300);
                assertThatThrownBy(third::hear).isInstanceOf(SocketTimeoutException.class);

                first.close();

                third.socket.setSoTimeout(20_000);
                assertThat(third.hear()).startsWith("HTTP/1.1 200 ");
            }
        }
    }

    @Test
    void anIdleConnectionIsClosedAndOneThatWaitsForAMessageIsNot() throws Exception {
        UnaryOperator<HttpConfig> brisk = config -> config.withListener(
                config.listener().withPatience(config.listener().patience().withIdle(Duration.ofSeconds(1))));
        try (Door door = Door.open(brisk)) {
            door.put("/v1/topics/orders", "").is(201);
            RawPeer waiting = new RawPeer(door.port())
                    .say("POST /v1/topics/orders/groups/g/pull?wait=3s HTTP/1.1\r\nHost: x\r\n\r\n");
            RawPeer idle = new RawPeer(door.port()).say("GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n");
            assertThat(idle.hearToTheEnd()).endsWith("{\"status\":\"UP\"}");
            assertThat(waiting.hear()).endsWith("{\"messages\":[]}");
        }
    }
}
