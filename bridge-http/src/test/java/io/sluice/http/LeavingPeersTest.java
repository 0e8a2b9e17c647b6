package io.sluice.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sluice.http.Door.Reply;
import io.sluice.model.Message;
import io.sluice.port.BrokerPort;
import io.sluice.port.Hold;
import io.sluice.port.LeaseReader;
import io.sluice.port.Placement;
import io.sluice.port.contract.ForwardingPort;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Nothing stays lent to a peer that is not there any more. */
class LeavingPeersTest {
    private static final String PULL =
            "POST /v1/topics/orders/groups/billing/pull?wait=30s&lease=1h HTTP/1.1\r\nHost: x\r\n\r\n";

    private final Door door = Door.open();

    @AfterEach
    void close() {
        door.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"close", "reset", "half-close"})
    void aPeerThatLeavesWhileItWaitsGetsNothingLent(String how) throws Exception {
        door.put("/v1/topics/orders", "").is(201);
        RawPeer peer = new RawPeer(door.port()).say(PULL);
        await().until(() -> door.metric("sluice_http_long_polls_open") == 1);
        switch (how) {
            case "close" -> peer.close();
            case "reset" -> peer.reset();
            default -> peer.socket.shutdownOutput();
        }
        await().until(() -> door.metric("sluice_http_long_polls_open") == 0);

        door.send("orders", "for somebody else");

        CompletableFuture<Reply> other = door.postAsync("/v1/topics/orders/groups/billing/pull?wait=20s");
        assertThat(other.join().at("/messages/0/data").asText()).isEqualTo("for somebody else");
        assertThat(other.join().at("/messages/0/attempt").asInt())
                .as("the question was taken back, so nothing was lent to it")
                .isEqualTo(1);
        peer.close();
    }

    /** Lends only when told to, also to a question that is taken back too late, and remembers what comes back. */
    private static final class LendOnCommand extends ForwardingPort {
        private final BrokerPort broker;
        private final CompletableFuture<LeaseReader.LeaseRequest> asked = new CompletableFuture<>();
        private final CompletableFuture<LeaseReader.Leased> answer = new CompletableFuture<>() {
            @Override
            public boolean cancel(boolean mayInterrupt) {
                return false;
            }
        };
        private final List<LeaseReader.Settlement> settled = new CopyOnWriteArrayList<>();
        private final AtomicInteger held = new AtomicInteger();

        LendOnCommand(BrokerPort broker) {
            super(broker);
            this.broker = broker;
        }

        void lend() {
            LeaseReader.Leased leased =
                    broker.leases().lease(asked.join()).toCompletableFuture().join();
            held.incrementAndGet();
            Hold hold = held::decrementAndGet;
            answer.complete(LeaseReader.Leased.of(leased.leases(), hold));
        }

        @Override
        public LeaseReader leases() {
            return new LeaseReader() {
                @Override
                public CompletionStage<Leased> lease(LeaseRequest request) {
                    asked.complete(request);
                    return answer;
                }

                @Override
                public CompletionStage<List<Settled>> settle(List<Settlement> settlements) {
                    CompletionStage<List<Settled>> done = broker.leases().settle(settlements);
                    settled.addAll(settlements);
                    return done;
                }
            };
        }
    }

    @Test
    void whatIsLentAfterThePeerLeftIsGivenBackAtOnce() throws Exception {
        LendOnCommand port = new LendOnCommand(door.broker);
        try (Door slow = Door.open(door.broker, port, config -> config)) {
            door.send("orders", "late");
            RawPeer peer = new RawPeer(slow.port()).say(PULL);
            port.asked.join();
            peer.close();
            await().until(() -> slow.metric("sluice_http_long_polls_open") == 0);

            port.lend();

            await().until(() -> !port.settled.isEmpty());
            assertThat(port.settled)
                    .singleElement()
                    .isInstanceOfSatisfying(LeaseReader.Settlement.Release.class, release -> assertThat(release.delay())
                            .isZero());
            assertThat(door.broker.openLeases()).isZero();
            await().until(() -> port.held.get() == 0);
            await().until(() -> slow.metric("sluice_http_messages_given_back_total") == 1);
        }
    }

    @Test
    void anAnswerThatThePeerDoesNotTakeIsGivenUpAndEverythingInItGivenBack() throws Exception {
        LendOnCommand port = new LendOnCommand(door.broker);
        try (Door brisk = Door.open(
                door.broker,
                port,
                config -> config.withListener(config.listener()
                        .withPatience(config.listener().patience().withStalledWrite(Duration.ofMillis(300)))))) {
            for (int i = 0; i < 8; i++) {
                door.broker.writer().send(Message.of("orders", "x".repeat(4_000_000)), new Placement.Queue(0));
            }
            try (RawPeer peer = new RawPeer(brisk.port()).say(PULL)) {
                port.asked.join();
                port.lend();

                await().until(() -> port.settled.size() == 8);
                assertThat(door.broker.openLeases()).isZero();
                await().until(() -> port.held.get() == 0);
                assertThat(brisk.metric("sluice_http_messages_out_total{via=\"pull\"}"))
                        .isZero();
                await().until(() -> brisk.metric("sluice_http_buffered_bytes") == 0);
                assertThat(peer.socket.isConnected()).isTrue();
            }
        }
    }

    @Test
    void aPeerThatLeavesInTheMiddleOfItsAnswerGivesEverythingBack() throws Exception {
        LendOnCommand port = new LendOnCommand(door.broker);
        try (Door other = Door.open(door.broker, port, config -> config)) {
            for (int i = 0; i < 8; i++) {
                door.broker.writer().send(Message.of("orders", "x".repeat(4_000_000)), new Placement.Queue(0));
            }
            RawPeer peer = new RawPeer(other.port()).say(PULL);
            port.asked.join();
            port.lend();
            peer.socket.getInputStream().readNBytes(100_000);
            peer.reset();

            await().until(() -> port.settled.size() == 8);
            assertThat(door.broker.openLeases()).isZero();
            await().until(() -> port.held.get() == 0);
        }
    }
}
