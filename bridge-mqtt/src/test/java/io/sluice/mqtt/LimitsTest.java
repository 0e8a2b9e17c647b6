package io.sluice.mqtt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.sluice.model.Message;
import io.sluice.model.SluiceException;
import io.sluice.mqtt.RawClient.Packet;
import io.sluice.mqtt.channel.ListenerSettings;
import io.sluice.mqtt.deliver.DeliveryLimits;
import io.sluice.port.BrokerPort;
import io.sluice.port.LeaseReader;
import io.sluice.port.Placement;
import io.sluice.port.Refusal;
import io.sluice.port.RefusedException;
import io.sluice.port.SendOutcome;
import io.sluice.port.SendOutcome.Doubt;
import io.sluice.port.SendOutcome.Stored;
import io.sluice.port.SendOutcome.StoredWithDoubt;
import io.sluice.port.contract.ForwardingPort;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Every bound of the door, and what happens at it. */
class LimitsTest {
    private BridgeFixture fixture;

    @AfterEach
    void close() {
        if (fixture != null) {
            fixture.close();
        }
    }

    private RawClient connected3(String clientId) {
        RawClient client = new RawClient(fixture.port()).connect3(clientId);
        assertThat(client.readHex()).isEqualTo("20:0000");
        return client;
    }

    private RawClient connected5(String clientId, Object... properties) {
        RawClient client = new RawClient(fixture.port()).connect5(clientId, properties);
        assertThat(client.read().rest()[1]).isZero();
        return client;
    }

    @Test
    void aConnectionThatDoesNotSayConnectIsClosed() {
        fixture = new BridgeFixture(config -> config.withListener(BridgeFixture.listener(200, 30_000)));
        try (RawClient silent = new RawClient(fixture.port());
                RawClient halfSaid = new RawClient(fixture.port()).hex("10 20 0004")) {
            assertThat(silent.isClosedSilently()).isTrue();
            assertThat(halfSaid.isClosedSilently()).isTrue();
        }
    }

    @Test
    void moreSessionsThanAllowedAreRefusedUntilOneEnds() {
        fixture =
                new BridgeFixture(config -> config.withSessions(BridgeFixture.limits(limits -> limits.sessionsMax(1))));
        try (RawClient first = connected3("first")) {
            try (RawClient three = new RawClient(fixture.port()).connect3("three");
                    RawClient five = new RawClient(fixture.port()).connect5("five")) {
                assertThat(three.readHex()).isEqualTo("20:0003");
                assertThat(five.read().rest()[1]).isEqualTo((byte) 0x97);
            }
            connected3("first").close();
            assertThat(first.isClosedSilently()).isTrue();
        }
        await().until(() -> fixture.bridge.connectedSessions() == 0);
        connected3("another").close();
    }

    @Test
    void connectionsWithoutSessionAreBoundedToo() {
        fixture =
                new BridgeFixture(config -> config.withSessions(BridgeFixture.limits(limits -> limits.sessionsMax(1))));
        RawClient[] silent = IntStream.range(0, 65)
                .mapToObj(i -> new RawClient(fixture.port()))
                .toArray(RawClient[]::new);
        try (RawClient oneTooMany = new RawClient(fixture.port())) {
            assertThat(oneTooMany.isClosedSilently()).isTrue();
        }
        for (RawClient client : silent) {
            client.close();
        }
    }

    // ---- keep-alive ----

    @Test
    void silenceEndsTheSessionAfterOneAndAHalfTimesTheKeepAlive() {
        fixture = new BridgeFixture();
        try (RawClient three = new RawClient(fixture.port()).packet(0x10, "MQTT", 4, 0x02, 0, 1, "three");
                RawClient five = new RawClient(fixture.port()).packet(0x10, "MQTT", 5, 0x02, 0, 1, 0, "five")) {
            three.read();
            five.read();
            assertThat(five.readReason()).isEqualTo("e0:8d");
            assertThat(three.isClosedSilently()).isTrue();
        }
    }

    /** MQTT-5.0 §3.2.2.3.14. */
    @Test
    void anMqtt5ClientIsHeldToTheKeepAliveOfTheServer() {
        fixture = new BridgeFixture(
                config -> config.withSessions(BridgeFixture.limits(limits -> limits.keepAliveMaxSeconds(1))));
        try (RawClient client = new RawClient(fixture.port()).packet(0x10, "MQTT", 5, 0x02, 0, 0, 0, "c")) {
            assertThat(ConnAckReader.properties(client.read())).containsEntry(0x13, "0001");
            assertThat(client.readReason()).isEqualTo("e0:8d");
        }
    }

    // ---- publishing ----

    /** A broker that answers sends when it is told to. */
    private static final class SlowAnswers extends ForwardingPort {
        private final CompletableFuture<Void> gate = new CompletableFuture<>();
        private final AtomicInteger open = new AtomicInteger();
        private final AtomicInteger mostOpen = new AtomicInteger();

        SlowAnswers(BrokerPort port) {
            super(port);
        }

        @Override
        public io.sluice.port.MessageWriter writer() {
            return (message, placement) -> {
                mostOpen.accumulateAndGet(open.incrementAndGet(), Math::max);
                CompletableFuture<SendOutcome> answer = new CompletableFuture<>();
                super.writer()
                        .send(message, placement)
                        .thenAccept(outcome -> gate.thenRunAsync(() -> {
                            open.decrementAndGet();
                            answer.complete(outcome);
                        }));
                return answer;
            };
        }

        int mostAtOnce() {
            return mostOpen.get();
        }
    }

    @Test
    void readingPausesWhileEnoughMessagesAreBeingStored() {
        SlowAnswers[] slow = new SlowAnswers[1];
        fixture = new BridgeFixture(
                config -> config.withSessions(BridgeFixture.limits(limits -> limits.receiveMaximum(5))),
                port -> slow[0] = new SlowAnswers(port));
        try (RawClient client = connected3("c")) {
            IntStream.rangeClosed(1, 50).forEach(i -> client.publish3(1, i, "t", "m" + i));
            await().until(() -> fixture.broker.sends("t").size() == 6);
            slow[0].gate.complete(null);
            for (int i = 1; i <= 50; i++) {
                assertThat(client.readHex()).isEqualTo("40:%04x".formatted(i));
            }
            assertThat(slow[0].mostAtOnce()).isEqualTo(6);
        }
    }

    @Test
    void acknowledgementsLeaveInTheOrderOfTheMessages() {
        CompletableFuture<Void> first = new CompletableFuture<>();
        fixture = new BridgeFixture(config -> config, port -> new ForwardingPort(port) {
            @Override
            public io.sluice.port.MessageWriter writer() {
                return (message, placement) -> {
                    var sent = super.writer().send(message, placement);
                    return message.topic().value().equals("late")
                            ? first.thenCombine(sent, (released, outcome) -> outcome)
                            : sent;
                };
            }
        });
        try (RawClient client = connected3("c")) {
            client.publish3(1, 1, "late", "1").publish3(1, 2, "t", "2").publish3(2, 3, "t", "3");
            await().until(() -> fixture.broker.sends("t").size() == 2);
            first.complete(null);
            assertThat(client.readHex()).isEqualTo("40:0001");
            assertThat(client.readHex()).isEqualTo("40:0002");
            assertThat(client.readHex()).isEqualTo("50:0003");
        }
    }

    @Test
    void aDoubtfulSendIsNotAcknowledgedAsDone() {
        fixture = new BridgeFixture(config -> config, port -> new ForwardingPort(port) {
            @Override
            public io.sluice.port.MessageWriter writer() {
                return (message, placement) -> super.writer()
                        .send(message, placement)
                        .thenApply(outcome -> new StoredWithDoubt((Stored) outcome, Doubt.FLUSH_TIMEOUT));
            }
        });
        try (RawClient five = connected5("five").publish5(1, 1, "t", "x");
                RawClient three = connected3("three").publish3(1, 1, "t", "x")) {
            Packet pubAck = five.read();
            assertThat(pubAck.rest()[2]).isEqualTo((byte) 0x83);
            assertThat(new String(pubAck.rest(), StandardCharsets.UTF_8)).contains("FLUSH_TIMEOUT");
            assertThat(three.isClosedSilently()).isTrue();
        }
    }

    @Test
    void aBrokerThatFailsIsNotTakenForOneThatStored() {
        fixture = new BridgeFixture(config -> config, port -> new ForwardingPort(port) {
            @Override
            public io.sluice.port.MessageWriter writer() {
                return (message, placement) ->
                        CompletableFuture.failedFuture(new SluiceException("the link to the broker is gone"));
            }
        });
        try (RawClient client = connected5("c").publish5(1, 1, "t", "x")) {
            Packet pubAck = client.read();
            assertThat(pubAck.rest()[2]).isEqualTo((byte) 0x83);
            assertThat(new String(pubAck.rest(), StandardCharsets.UTF_8)).contains("the link to the broker is gone");
        }
    }

    // ---- subscribing ----

    @Test
    void inFrontOfAClusterWithoutLeasesSharedSubscriptionsAreRefusedInTheirOwnWords() {
        fixture = new BridgeFixture(config -> config, port -> new ForwardingPort(port) {
            @Override
            public LeaseReader leases() {
                return new LeaseReader() {
                    @Override
                    public CompletionStage<Leased> lease(LeaseRequest request) {
                        return CompletableFuture.failedFuture(
                                new RefusedException(Refusal.NOT_SUPPORTED, "not supported by this cluster: leases"));
                    }

                    @Override
                    public CompletionStage<List<Settled>> settle(List<Settlement> settlements) {
                        return CompletableFuture.failedFuture(new AssertionError("nothing was lent"));
                    }
                };
            }
        });
        try (RawClient client = connected5("c").subscribe5(1, "$share/g/t", 1)) {
            byte[] subAck = client.read().rest();
            assertThat(subAck[subAck.length - 1]).isEqualTo((byte) 0x9E);
            assertThat(new String(subAck, StandardCharsets.UTF_8)).contains("not supported by this cluster: leases");
        }
    }

    @Test
    void aSubscribeThatTheBrokerDoesNotAnswerIsRefusedInTime() {
        fixture = new BridgeFixture(
                config -> config.withSessions(BridgeFixture.limits(limits -> limits.subscribeTimeoutMs(100))),
                port -> new ForwardingPort(port) {
                    @Override
                    public io.sluice.port.Tails tails() {
                        return (topic, listener) -> new io.sluice.port.Tails.Tail() {
                            @Override
                            public CompletableFuture<Void> ready() {
                                return new CompletableFuture<>();
                            }

                            @Override
                            public void close() {
                                // Nothing was opened.
                            }
                        };
                    }
                });
        try (RawClient client = connected3("c").subscribe3(1, "t", 1).hex("c000")) {
            assertThat(client.readHex()).isEqualTo("90:000180");
            assertThat(client.readHex()).isEqualTo("d0:");
        }
        assertThat(fixture.bridge.subscriptions()).isZero();
    }

    @Test
    void topicsThatTheBrokerDoesNotShowAreRefused() {
        fixture = new BridgeFixture(config -> config, port -> new ForwardingPort(port) {
            @Override
            public io.sluice.port.TopicCatalog topics() {
                return new RefusingCatalog(super.topics());
            }
        });
        try (RawClient client = connected3("c").subscribe3(1, "#", 1)) {
            assertThat(client.readHex()).isEqualTo("90:000180");
        }
    }

    // ---- slow consumers ----

    private void publishFromElsewhere(int count, int bytes, String marks) {
        String payload = "x".repeat(bytes);
        for (int i = 0; i < count; i++) {
            fixture.sendFromElsewhere("t", payload, Map.of("mqttMarks", marks));
        }
    }

    @Test
    void aConsumerThatDoesNotAcknowledgeIsDisconnectedAndTheOthersGoOn() {
        fixture = new BridgeFixture(
                config -> config.withSessions(BridgeFixture.limits(limits -> limits.slowConsumerMs(2_000)))
                        .withDelivery(new DeliveryLimits(4, 1 << 20, 100, 1000, 128)));
        try (RawClient slow = connected5("slow", 0x21, 0, 1).subscribe5(1, "t", 1);
                RawClient quick = connected5("quick").subscribe5(1, "t", 1)) {
            slow.read();
            quick.read();
            publishFromElsewhere(40, 10, "1");
            for (int i = 0; i < 40; i++) {
                Packet packet = quick.read();
                assertThat(packet.first()).isEqualTo(0x32);
                quick.bytes(RawClient.packetBytes(0x40, (int) packet.rest()[3], (int) packet.rest()[4]));
            }
            assertThat(slow.read().first()).isEqualTo(0x32);
            assertThat(slow.readReason()).isEqualTo("e0:97");
        }
        assertThat(fixture.bridge.traffic().slowConsumers.sum()).isEqualTo(1);
    }

    @Test
    void whatHadToWaitForRoomKeepsItsOrder() {
        fixture = new BridgeFixture(config -> config.withDelivery(new DeliveryLimits(3, 1 << 20, 100, 1000, 128)));
        int count = 300;
        try (RawClient client = connected5("c", 0x21, 0, 2).subscribe5(1, "t", 1)) {
            client.read();
            CompletableFuture<Void> sent =
                    CompletableFuture.runAsync(() -> IntStream.range(0, count).forEach(i -> fixture.broker
                            .writer()
                            .send(Message.of("t", "%03d".formatted(i)), new Placement.ByShardingKey("t"))));
            for (int i = 0; i < count; i++) {
                byte[] rest = client.read().rest();
                assertThat(new String(rest, rest.length - 3, 3, StandardCharsets.UTF_8))
                        .isEqualTo("%03d".formatted(i));
                client.bytes(RawClient.packetBytes(0x40, (int) rest[3], (int) rest[4]));
            }
            assertThat(sent).succeedsWithin(Duration.ofMinutes(1));
        }
    }

    @Test
    void qos0IsDroppedAndCountedWhenAConsumerDoesNotKeepUp() {
        fixture = new BridgeFixture(config -> config.withDelivery(new DeliveryLimits(4, 1 << 20, 100, 1000, 128)));
        try (RawClient slow = new RawClient(fixture.port(), 4096).connect3("slow")) {
            slow.read();
            slow.subscribe3(1, "t", 0).read();
            publishFromElsewhere(200, 100_000, "0");
            await().until(() -> fixture.bridge.traffic().droppedFull.sum() > 0);
            assertThat(fixture.broker.sends("t")).hasSize(200);
        }
    }

    @Test
    void aClientThatDoesNotReadWhatItIsSentIsDisconnected() {
        fixture = new BridgeFixture(config -> config.withListener(BridgeFixture.listener(10_000, 300)));
        try (RawClient deaf = new RawClient(fixture.port(), 4096).connect3("deaf")) {
            deaf.read();
            deaf.subscribe3(1, "t", 0).read();
            publishFromElsewhere(100, 100_000, "0");
            await().until(() -> fixture.bridge.connectedSessions() == 0);
            assertThat(fixture.bridge.traffic().slowConsumers.sum()).isEqualTo(1);
        }
    }

    // ---- the door itself ----

    @Test
    void aPortThatIsTakenIsAnErrorThatSaysSo() {
        fixture = new BridgeFixture();
        try (MqttBridge second = MqttBridge.open(MqttConfig.on("127.0.0.1", fixture.port()), fixture.broker)) {
            assertThatThrownBy(second::start)
                    .isInstanceOf(SluiceException.class)
                    .hasMessageContaining("127.0.0.1:" + fixture.port())
                    .hasMessageContaining("choose another");
        }
    }

    @Test
    void configurationThatCannotWorkIsRefused() {
        assertThatThrownBy(() -> new ListenerSettings("127.0.0.1", 70_000, 1, 1000, 1000))
                .hasMessageContaining("port 70000");
        assertThatThrownBy(() -> new DeliveryLimits(0, 1, 1, 1000, 128)).hasMessageContaining("inboxMessages 0");
        assertThatThrownBy(() -> BridgeFixture.limits(limits -> limits.receiveMaximum(0)))
                .hasMessageContaining("receiveMaximum 0 is outside 1..65535");
    }
}
