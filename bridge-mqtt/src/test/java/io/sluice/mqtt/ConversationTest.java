package io.sluice.mqtt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sluice.mqtt.RawClient.Packet;
import io.sluice.port.Refusal;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is said on the wire, above all when a client does what it should not. */
class ConversationTest {
    private static final String CONNACK3 = "20:0000";

    private final BridgeFixture fixture = new BridgeFixture(config -> config.withSessions(BridgeFixture.limits(limits ->
            limits.maxPacketBytes(2048).receiveMaximum(2).clientIdMax(23).subscriptionsMax(2))));

    @AfterEach
    void close() {
        fixture.close();
    }

    private RawClient client() {
        return new RawClient(fixture.port());
    }

    private RawClient connected3(String clientId) {
        RawClient client = client().connect3(clientId);
        assertThat(client.readHex()).isEqualTo(CONNACK3);
        return client;
    }

    private RawClient connected5(String clientId, Object... properties) {
        RawClient client = client().connect5(clientId, properties);
        Packet connAck = client.read();
        assertThat(connAck.first()).isEqualTo(0x20);
        assertThat(connAck.rest()[1]).as("reason code").isZero();
        return client;
    }

    private static String text(Packet packet) {
        return new String(packet.rest(), StandardCharsets.UTF_8);
    }

    @Nested
    class Connecting {
        @Test
        void anAcceptedMqtt3ClientGetsFourBytes() {
            try (RawClient client = client().connect3("c")) {
                assertThat(client.readHex()).isEqualTo(CONNACK3);
            }
        }

        /** MQTT-5.0 §3.2.2.3: what is limited or missing here is said. */
        @Test
        void anMqtt5ClientIsToldTheLimits() {
            try (RawClient client = client().connect5("c", 0x11, 0, 0, 1, 0)) {
                Map<Integer, String> said = ConnAckReader.properties(client.read());
                assertThat(said)
                        .containsEntry(0x11, "00000000")
                        .containsEntry(0x21, "0002")
                        .containsEntry(0x27, "00000800")
                        .containsEntry(0x22, "0020")
                        .containsEntry(0x25, "00")
                        .doesNotContainKeys(0x12, 0x13, 0x24, 0x2A);
            }
        }

        @Test
        void aClientWithoutAnIdentifierIsGivenOne() {
            try (RawClient five = client().connect5("");
                    RawClient three = client().connect3("")) {
                assertThat(new String(
                                HexFormat.of()
                                        .parseHex(ConnAckReader.properties(five.read())
                                                .get(0x12)),
                                StandardCharsets.UTF_8))
                        .startsWith("sluice-");
                assertThat(three.readHex()).isEqualTo(CONNACK3);
            }
        }

        /** MQTT-3.1.1 §3.1.3.1. */
        @Test
        void anEmptyIdentifierNeedsACleanSession() {
            try (RawClient client = client().packet(0x10, "MQTT", 4, 0x00, 0, 60, "")) {
                assertThat(client.readHex()).isEqualTo("20:0002");
                assertThat(client.isClosedSilently()).isTrue();
            }
        }

        /** Accepted, and told the truth: there is no earlier session (MQTT-3.1.1 §3.2.2.2). */
        @Test
        void aSessionThatShallOutliveItsConnectionIsAcceptedWithoutSessionPresent() {
            for (int i = 0; i < 2; i++) {
                try (RawClient client = client().packet(0x10, "MQTT", 4, 0x00, 0, 60, "keeper")) {
                    assertThat(client.readHex()).isEqualTo(CONNACK3);
                    client.subscribe3(1, "t", 1);
                    assertThat(client.readHex()).isEqualTo("90:000101");
                    client.hex("e000");
                    assertThat(client.isClosedSilently()).isTrue();
                }
            }
            await().until(() -> fixture.bridge.subscriptions() == 0);
        }

        @Test
        void anIdentifierThatIsTooLongIsRefused() {
            try (RawClient three = client().connect3("x".repeat(24));
                    RawClient five = client().connect5("x".repeat(24))) {
                assertThat(three.readHex()).isEqualTo("20:0002");
                assertThat(five.read().rest()[1]).isEqualTo((byte) 0x85);
                assertThat(three.isClosedSilently()).isTrue();
                assertThat(five.isClosedSilently()).isTrue();
            }
        }

        @Test
        void otherVersionsAreRefusedInAFormTheyUnderstand() {
            try (RawClient older = client().packet(0x10, "MQIsdp", 3, 0x02, 0, 60, "c");
                    RawClient newer = client().packet(0x10, "MQTT", 6, 0x02, 0, 60, 0, "c")) {
                assertThat(older.readHex()).isEqualTo("20:0001");
                assertThat(newer.readHex()).isEqualTo("20:0001");
                assertThat(older.isClosedSilently()).isTrue();
                assertThat(newer.isClosedSilently()).isTrue();
            }
        }

        @Test
        void enhancedAuthenticationIsRefused() {
            try (RawClient client = client().connect5("c", 0x15, "SCRAM-SHA-1")) {
                assertThat(client.read().rest()[1]).isEqualTo((byte) 0x8C);
            }
        }

        @Test
        void aRetainedWillIsRefused() {
            try (RawClient five = client().packet(0x10, "MQTT", 5, 0x26, 0, 60, 0, "c", 0, "t", "bye");
                    RawClient three = client().packet(0x10, "MQTT", 4, 0x2E, 0, 60, "c", "t", "bye")) {
                assertThat(five.read().rest()[1]).isEqualTo((byte) 0x9A);
                assertThat(three.isClosedSilently()).isTrue();
            }
        }

        @Test
        void aWillThatNobodyMayPublishIsRefused() {
            try (RawClient five = client().packet(0x10, "MQTT", 5, 0x06, 0, 60, 0, "c", 0, "$SYS/x", "bye");
                    RawClient three = client().packet(0x10, "MQTT", 4, 0x06, 0, 60, "c", "a/#", "bye")) {
                assertThat(five.read().rest()[1]).isEqualTo((byte) 0x90);
                assertThat(three.isClosedSilently()).isTrue();
            }
        }

        @Test
        void theFirstPacketMustBeConnect() {
            try (RawClient client = client().hex("c000")) {
                assertThat(client.isClosedSilently()).isTrue();
            }
            assertThat(fixture.bridge.traffic().connectsRefused.sum()).isEqualTo(1);
        }

        @Test
        void aSecondConnectEndsTheSession() {
            try (RawClient three = connected3("three").connect3("three");
                    RawClient five = connected5("five").connect5("five")) {
                assertThat(three.isClosedSilently()).isTrue();
                assertThat(five.readReason()).isEqualTo("e0:82");
                assertThat(five.isClosedSilently()).isTrue();
            }
        }

        @Test
        void garbageIsNotAnswered() {
            try (RawClient client = client().bytes("GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII))) {
                assertThat(client.isClosedSilently()).isTrue();
            }
        }

        @ParameterizedTest
        @ValueSource(strings = {"21", "27"})
        void aMaximumOfZeroIsAProtocolError(String property) {
            byte[] zero = HexFormat.of().parseHex(property + ("21".equals(property) ? "0000" : "00000000"));
            try (RawClient client = client().connect5("c", zero)) {
                assertThat(client.read().rest()[1]).isEqualTo((byte) 0x82);
            }
        }
    }

    @Nested
    class Publishing {
        @Test
        void qos1IsAcknowledgedWhenItIsStored() {
            try (RawClient client = connected3("c").publish3(1, 10, "plant/line/7", "21.5")) {
                assertThat(client.readHex()).isEqualTo("40:000a");
                assertThat(fixture.broker.sends("plant")).hasSize(1);
                assertThat(fixture.broker.sends("plant").get(0).properties().tag())
                        .contains("line/7");
            }
        }

        @Test
        void qos2IsStoredOnceHoweverOftenItIsRepeatedBeforeItsRelease() {
            try (RawClient client = connected3("c").publish3(2, 7, "t", "once")) {
                assertThat(client.readHex()).isEqualTo("50:0007");
                client.packet(0x3C, "t", 0, 7, "once".getBytes(StandardCharsets.UTF_8));
                assertThat(client.readHex()).isEqualTo("50:0007");
                client.hex("6202 0007");
                assertThat(client.readHex()).isEqualTo("70:0007");
                assertThat(fixture.broker.sends("t")).hasSize(1);
                client.publish3(2, 7, "t", "a new message");
                assertThat(client.readHex()).isEqualTo("50:0007");
                assertThat(fixture.broker.sends("t")).hasSize(2);
            }
        }

        @Test
        void aReleaseOfAnUnknownMessageIsAnsweredSo() {
            try (RawClient three = connected3("three").hex("6202 0009");
                    RawClient five = connected5("five").hex("6202 0009")) {
                assertThat(three.readHex()).isEqualTo("70:0009");
                assertThat(five.readHex()).startsWith("70:000992");
            }
        }

        /** MQTT-5.0 §3.4.2.1. */
        @Test
        void whatTheBrokerRefusesIsRefusedWithReasonAndRemedy() {
            fixture.broker.refuseSends(Refusal.DISK_FULL, "the disk is full; wait");
            try (RawClient client = connected5("c").publish5(1, 1, "t", "x")) {
                Packet pubAck = client.read();
                assertThat(pubAck.first()).isEqualTo(0x40);
                assertThat(pubAck.rest()[2]).isEqualTo((byte) 0x97);
                assertThat(text(pubAck)).contains("the disk is full; wait");
                client.publish5(2, 2, "t", "x");
                Packet pubRec = client.read();
                assertThat(pubRec.first()).isEqualTo(0x50);
                assertThat(pubRec.rest()[2]).isEqualTo((byte) 0x97);
                fixture.broker.refuseSends(null, null);
                client.publish5(2, 2, "t", "x");
                assertThat(client.readHex()).isEqualTo("50:0002");
            }
        }

        /** MQTT-5.0 §3.1.2.11.7. */
        @Test
        void reasonsAreLeftOutWhenTheClientDoesNotWantThem() {
            fixture.broker.refuseSends(Refusal.FORBIDDEN, "not yours");
            try (RawClient client = connected5("c", 0x17, 0).publish5(1, 1, "t", "x")) {
                assertThat(client.readHex()).isEqualTo("40:00018700");
            }
        }

        /** MQTT 3.1.1 has no negative acknowledgement (§3.3.5). */
        @Test
        void whatTheBrokerRefusesClosesTheConnectionOfAnMqtt3Client() {
            fixture.broker.refuseSends(Refusal.DISK_FULL, "the disk is full; wait");
            try (RawClient client = connected3("c")) {
                client.publish3(0, 0, "t", "dropped").hex("c000");
                assertThat(client.readHex()).isEqualTo("d0:");
                client.publish3(1, 1, "t", "x");
                assertThat(client.isClosedSilently()).isTrue();
            }
            assertThat(fixture.bridge.traffic().publishesRefused.sum()).isEqualTo(2);
        }

        @Test
        void namesThatNobodyMayPublishUnderAreRefused() {
            try (RawClient client = connected5("c").publish5(1, 1, "$SYS/x", "x")) {
                assertThat(client.readHex()).startsWith("40:000190");
                client.publish5(1, 2, "x".repeat(128), "x");
                assertThat(client.readHex()).startsWith("40:000290");
                client.publish5(0, 0, "$SYS/x", "x");
                assertThat(client.readReason()).isEqualTo("e0:90");
            }
        }

        @Test
        void retainedMessagesAreRefusedToMqtt5Clients() {
            try (RawClient client = connected5("c").packet(0x31, "t", 0, 1)) {
                assertThat(client.readReason()).isEqualTo("e0:9a");
                assertThat(client.isClosedSilently()).isTrue();
            }
            assertThat(fixture.broker.sends("t")).isEmpty();
        }

        /** MQTT-3.1.1 §3.3.1.3: QoS 0 may be discarded at once, QoS 1 must be kept, so it is not taken. */
        @Test
        void retentionIsDroppedWhereMqtt3AllowsItAndRefusedWhereNot() {
            try (RawClient client = connected3("c")) {
                client.packet(0x31, "t", 1).packet(0x33, "t", 0, 5);
                assertThat(client.readHex()).isEqualTo("40:0005");
                assertThat(fixture.broker.sends("t")).hasSize(2);
                client.packet(0x33, "t", 0, 6, 1);
                assertThat(client.isClosedSilently()).isTrue();
            }
            assertThat(fixture.broker.sends("t")).hasSize(2);
        }

        /** MQTT-5.0 §3.3.4: the client was told it may have two. */
        @Test
        void moreUnacknowledgedMessagesThanAllowedEndTheSession() {
            try (RawClient client = connected5("c")) {
                client.publish5(2, 1, "t", "1").publish5(2, 2, "t", "2");
                assertThat(client.readHex()).isEqualTo("50:0001");
                assertThat(client.readHex()).isEqualTo("50:0002");
                client.publish5(2, 3, "t", "3");
                assertThat(client.readReason()).isEqualTo("e0:93");
            }
            assertThat(fixture.broker.sends("t")).hasSize(2);
        }

        @Test
        void aliasesStandForTheNameThatIntroducedThem() {
            try (RawClient client = connected5("c")) {
                client.publish5(1, 1, "a/b", "1", 0x23, 0, 3);
                assertThat(client.readHex()).isEqualTo("40:0001");
                client.publish5(1, 2, "", "2", 0x23, 0, 3);
                assertThat(client.readHex()).isEqualTo("40:0002");
                client.publish5(1, 3, "c", "3", 0x23, 0, 3);
                assertThat(client.readHex()).isEqualTo("40:0003");
                client.publish5(1, 4, "", "4", 0x23, 0, 3);
                assertThat(client.readHex()).isEqualTo("40:0004");
            }
            assertThat(fixture.broker.sends("a")).hasSize(2);
            assertThat(fixture.broker.sends("c")).hasSize(2);
        }

        @Test
        void unknownAndImpossibleAliasesEndTheSession() {
            try (RawClient unknown = connected5("a").publish5(1, 1, "", "x", 0x23, 0, 1);
                    RawClient zero = connected5("b").publish5(1, 1, "t", "x", 0x23, 0, 0);
                    RawClient large = connected5("c").publish5(1, 1, "t", "x", 0x23, 0, 33)) {
                assertThat(unknown.readReason()).isEqualTo("e0:82");
                assertThat(zero.readReason()).isEqualTo("e0:94");
                assertThat(large.readReason()).isEqualTo("e0:94");
            }
        }

        @Test
        void aPacketThatIsTooLargeIsRefusedBeforeItsBytesCome() {
            try (RawClient five = connected5("five").hex("32 ff ff 7f");
                    RawClient three = connected3("three").hex("32 ff ff 7f 0001 74")) {
                five.bytes(RawClient.join("t", 0, 1, 0));
                assertThat(five.readReason()).isEqualTo("e0:95");
                assertThat(three.isClosedSilently()).isTrue();
            }
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "36 05 0001 74 0001", // QoS 3
                    "32 05 0001 2b 0001", // wildcard in the name
                    "32 05 0001 74 0000", // packet identifier 0
                    "32 05 0001 ff 0001", // no UTF-8
                    "30 ff ff ff ff 01", // length of five bytes
                    "f1 00", // reserved bits
                    "00 00" // no such type
                })
        void malformedPacketsEndTheSession(String hex) {
            try (RawClient client = connected3("c").hex(hex)) {
                assertThat(client.isClosedSilently()).isTrue();
            }
            try (RawClient client = connected5("c").hex(hex)) {
                assertThat(client.readReason()).isEqualTo("e0:81");
            }
        }

        @Test
        void packetsThatOnlyServersSendEndTheSession() {
            try (RawClient client = connected5("c").hex("d000")) {
                assertThat(client.readReason()).isEqualTo("e0:82");
            }
        }
    }

    @Nested
    class Subscribing {
        @Test
        void everyFilterIsAnsweredInItsPlace() {
            try (RawClient client = connected5("c")) {
                client.packet(0x82, 0, 9, 0, "a/#", 0, "b#", 1, "$SYS/#", 1, "+", 2);
                Packet subAck = client.read();
                byte[] rest = subAck.rest();
                assertThat(subAck.first()).isEqualTo(0x90);
                assertThat(HexFormat.of().formatHex(rest, rest.length - 4, rest.length))
                        .isEqualTo("008f8f02");
                assertThat(text(subAck)).contains("'#' must stand alone");
            }
            try (RawClient client = connected3("c")) {
                client.packet(0x82, 0, 9, "a/#", 0, "b#", 1, "$share/g", 1, "+", 2);
                assertThat(client.readHex()).isEqualTo("90:0009" + "00808002");
            }
        }

        @Test
        void moreSubscriptionsThanAllowedAreRefusedAndReplacementsAreNot() {
            try (RawClient client = connected5("c")) {
                client.packet(0x82, 0, 1, 0, "a", 0, "b", 1, "c", 1, "a", 2);
                byte[] rest = client.read().rest();
                assertThat(HexFormat.of().formatHex(rest, rest.length - 4, rest.length))
                        .isEqualTo("00019702");
                client.subscribe5(2, "b", 2);
                assertThat(client.readHex()).isEqualTo("90:00020002");
            }
        }

        /** MQTT-5.0 §3.8.3.1. */
        @Test
        void aSharedSubscriptionMayNotHaveNoLocal() {
            try (RawClient client = connected5("c").subscribe5(1, "$share/g/t", 0x05)) {
                assertThat(client.readReason()).isEqualTo("e0:82");
            }
        }

        @Test
        void sharedFiltersThatAreNotServedAreRefusedWithTheReason() {
            try (RawClient client = connected5("c")) {
                client.subscribe5(1, "$share/g/#", 1);
                Packet subAck = client.read();
                assertThat(subAck.rest()[subAck.rest().length - 1]).isEqualTo((byte) 0x8F);
                assertThat(text(subAck)).contains("name its first level");
            }
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "82 03 0001 00", // no filter
                    "82 0b 0001 04 0b01 0b02 0001 74 00", // two identifiers
                    "82 09 0001 02 0b00 0001 74 00" // identifier 0
                })
        void aSubscribeThatMakesNoSenseEndsTheSession(String hex) {
            try (RawClient client = connected5("c").hex(hex)) {
                assertThat(client.readReason()).isIn("e0:82", "e0:81");
            }
        }

        @Test
        void unsubscribingSaysWhetherThereWasASubscription() {
            try (RawClient client = connected5("c").subscribe5(1, "t", 1)) {
                assertThat(client.readHex()).isEqualTo("90:00010001");
                client.packet(0xA2, 0, 2, 0, "t", "u");
                assertThat(client.readHex()).isEqualTo("b0:0002000011");
                fixture.sendFromElsewhere("t", "unheard", Map.of());
                client.hex("c000");
                assertThat(client.readHex()).isEqualTo("d0:");
            }
            try (RawClient client = connected3("c").packet(0xA2, 0, 2, "t")) {
                assertThat(client.readHex()).isEqualTo("b0:0002");
            }
        }

        @Test
        void whatIsPublishedAfterTheAnswerArrivesWithTheLowerQos() {
            try (RawClient client = connected3("c").subscribe3(1, "plant/#", 1)) {
                assertThat(client.readHex()).isEqualTo("90:000101");
                client.publish3(0, 0, "plant/a", "0");
                assertThat(text(client.read())).isEqualTo("\0\7plant/a0");
                client.publish3(2, 3, "plant/a", "2");
                Packet first = client.read();
                Packet second = client.read();
                Packet publish = first.first() >> 4 == 3 ? first : second;
                assertThat(publish.first()).isEqualTo(0x32);
                assertThat(text(publish)).isEqualTo("\0\7plant/a\0\0012");
            }
        }

        /** The client takes one unacknowledged message (MQTT-5.0 §3.1.2.11.3). */
        @Test
        void noMoreIsSentThanTheClientTakesUnacknowledged() {
            try (RawClient client = connected5("c", 0x21, 0, 1).subscribe5(1, "t", 1)) {
                client.read();
                fixture.sendFromElsewhere("t", "one", Map.of("mqttMarks", "1"));
                fixture.sendFromElsewhere("t", "two", Map.of("mqttMarks", "1"));
                assertThat(text(client.read())).contains("one");
                client.hex("c000");
                assertThat(client.readHex()).isEqualTo("d0:");
                client.hex("4002 0001");
                assertThat(text(client.read())).contains("two");
            }
        }

        @Test
        void qos2IsHandedOverInFourSteps() {
            try (RawClient client = connected3("c").subscribe3(1, "t", 2)) {
                client.read();
                fixture.sendFromElsewhere("t", "x", Map.of("mqttMarks", "2"));
                assertThat(client.read().first()).isEqualTo(0x34);
                client.hex("5002 0001");
                assertThat(client.readHex()).isEqualTo("62:0001");
                client.hex("7002 0001 c000");
                assertThat(client.readHex()).isEqualTo("d0:");
            }
        }

        @Test
        void aReceiptForNothingIsAnsweredSo() {
            try (RawClient client = connected5("c").hex("5002 0009")) {
                assertThat(client.readHex()).isEqualTo("62:00099200");
            }
        }

        /** MQTT-5.0 §3.1.2.11.4: such a message counts as delivered. */
        @Test
        void aMessageThatIsTooLargeForTheClientIsLeftOut() {
            try (RawClient client = connected5("c", 0x27, 0, 0, 0, 100).subscribe5(1, "t", 1)) {
                client.read();
                fixture.sendFromElsewhere("t", "x".repeat(100), Map.of());
                fixture.sendFromElsewhere("t", "fits", Map.of());
                assertThat(text(client.read())).contains("fits");
            }
            assertThat(fixture.bridge.traffic().droppedTooLarge.sum()).isEqualTo(1);
        }
    }

    @Nested
    class Ending {
        private static final String WITH_WILL = "will";

        private RawClient withWill(String clientId) {
            RawClient client =
                    client().packet(0x10, "MQTT", 5, 0x0E, 0, 60, 0, clientId, 0, "wills/" + clientId, WITH_WILL);
            assertThat(client.read().rest()[1]).isZero();
            return client;
        }

        private void awaitWill() {
            await().until(() -> fixture.broker.sends("wills").size() == 1);
        }

        @Test
        void aGoodByeForgetsTheWill() {
            try (RawClient client = withWill("c").hex("e000")) {
                assertThat(client.isClosedSilently()).isTrue();
            }
            await().until(() -> fixture.bridge.connectedSessions() == 0);
            assertThat(fixture.broker.sends("wills")).isEmpty();
        }

        @Test
        void aGoodByeMayAskForTheWill() {
            try (RawClient client = withWill("c").hex("e0 01 04")) {
                assertThat(client.isClosedSilently()).isTrue();
            }
            awaitWill();
            assertThat(fixture.broker.sends("wills").get(0).properties().tag()).contains("c");
        }

        @Test
        void aLostConnectionPublishesTheWill() {
            withWill("c").vanish();
            awaitWill();
        }

        @Test
        void aViolationPublishesTheWill() {
            try (RawClient client = withWill("c").hex("d000")) {
                assertThat(client.readReason()).isEqualTo("e0:82");
            }
            awaitWill();
        }

        /** MQTT-5.0 §3.1.4; in MQTT 3.1.1 the older connection just closes. */
        @Test
        void aSecondConnectionTakesTheClientIdentifierOver() {
            try (RawClient older = withWill("same");
                    RawClient newer = connected5("same")) {
                assertThat(older.readReason()).isEqualTo("e0:8e");
                assertThat(older.isClosedSilently()).isTrue();
                awaitWill();
                newer.hex("c000");
                assertThat(newer.readHex()).isEqualTo("d0:");
                assertThat(fixture.bridge.connectedSessions()).isEqualTo(1);
            }
            try (RawClient older = connected3("same3");
                    RawClient newer = connected3("same3")) {
                assertThat(older.isClosedSilently()).isTrue();
                newer.hex("c000");
                assertThat(newer.readHex()).isEqualTo("d0:");
            }
        }

        /** MQTT-5.0 §3.14.2.2.2. */
        @Test
        void aSessionCannotBeMadeToLastWhenSayingGoodBye() {
            try (RawClient client = connected5("c").hex("e0 07 00 05 11 00000001")) {
                assertThat(client.readReason()).isEqualTo("e0:82");
            }
        }

        @Test
        void closingTheDoorTellsTheClientsAndPublishesTheirWills() {
            try (RawClient five = withWill("five");
                    RawClient three = connected3("three")) {
                fixture.bridge.close();
                assertThat(five.readReason()).isEqualTo("e0:8b");
                assertThat(three.isClosedSilently()).isTrue();
                assertThat(fixture.broker.sends("wills")).hasSize(1);
                fixture.bridge.close();
            }
        }
    }
}
