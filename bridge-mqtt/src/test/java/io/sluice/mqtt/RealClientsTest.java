package io.sluice.mqtt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5AsyncClient;
import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient;
import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient.Mqtt5Publishes;
import com.hivemq.client.mqtt.mqtt5.Mqtt5Client;
import com.hivemq.client.mqtt.mqtt5.datatypes.Mqtt5UserProperty;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5PubAckException;
import com.hivemq.client.mqtt.mqtt5.message.connect.connack.Mqtt5ConnAck;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import com.hivemq.client.mqtt.mqtt5.message.publish.puback.Mqtt5PubAckReasonCode;
import io.sluice.model.Message;
import io.sluice.port.Refusal;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.eclipse.paho.client.mqttv3.MqttClient;
import org.eclipse.paho.client.mqttv3.MqttConnectOptions;
import org.eclipse.paho.client.mqttv3.MqttException;
import org.eclipse.paho.client.mqttv3.persist.MemoryPersistence;
import org.eclipse.paho.mqttv5.client.MqttConnectionOptions;
import org.eclipse.paho.mqttv5.common.MqttSubscription;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** The clients that people use, against a real door. */
class RealClientsTest {
    private static final int DEADLINE_SECONDS = 60;

    private final BridgeFixture fixture = new BridgeFixture();

    @AfterEach
    void close() {
        fixture.close();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Nested
    class PahoWithMqtt3 {
        private MqttClient connected(String clientId, MqttConnectOptions options) throws MqttException {
            MqttClient client = new MqttClient(fixture.uri(), clientId, new MemoryPersistence());
            client.setTimeToWait(DEADLINE_SECONDS * 1000L);
            client.connect(options);
            return client;
        }

        private MqttClient connected(String clientId) throws MqttException {
            MqttConnectOptions options = new MqttConnectOptions();
            options.setMqttVersion(MqttConnectOptions.MQTT_VERSION_3_1_1);
            return connected(clientId, options);
        }

        @Test
        void messagesOfEveryQosArriveInOrder() throws MqttException {
            List<String> heard = new CopyOnWriteArrayList<>();
            try (MqttClient publisher = connected("p");
                    MqttClient subscriber = connected("s")) {
                subscriber.subscribe("plant/+/7", 2, (topic, message) -> heard.add(topic + " " + message.getQos()));
                for (int qos = 0; qos <= 2; qos++) {
                    publisher.publish("plant/line" + qos + "/7", bytes("x"), qos, false);
                    publisher.publish("plant/line" + qos + "/8", bytes("unheard"), qos, false);
                    int sent = qos + 1;
                    await().until(() -> heard.size() == sent);
                }
                assertThat(heard).containsExactly("plant/line0/7 0", "plant/line1/7 1", "plant/line2/7 2");
                publisher.disconnect();
                subscriber.disconnect();
            }
        }

        @Test
        void aWillIsHeardWhenItsClientIsGone() throws MqttException {
            List<String> heard = new CopyOnWriteArrayList<>();
            try (MqttClient subscriber = connected("s")) {
                subscriber.subscribe("wills/#", 1, (topic, message) -> heard.add(topic + "=" + message));
                MqttConnectOptions options = new MqttConnectOptions();
                options.setMqttVersion(MqttConnectOptions.MQTT_VERSION_3_1_1);
                options.setWill("wills/p", bytes("gone"), 1, false);
                MqttClient client = connected("p", options);
                client.disconnectForcibly(0, 0, false);
                client.close();
                await().until(() -> heard.equals(List.of("wills/p=gone")));
                subscriber.disconnect();
            }
        }

        @Test
        void aLargeMessageComesWhole() throws MqttException {
            byte[] large = new byte[4 * 1024 * 1024];
            new java.util.Random(7).nextBytes(large);
            CompletableFuture<byte[]> heard = new CompletableFuture<>();
            try (MqttClient client = connected("c")) {
                client.subscribe("large", 1, (topic, message) -> heard.complete(message.getPayload()));
                client.publish("large", large, 1, false);
                assertThat(heard)
                        .succeedsWithin(DEADLINE_SECONDS, TimeUnit.SECONDS)
                        .isEqualTo(large);
                client.disconnect();
            }
        }

        @Test
        void manyMessagesUnderOneNameKeepTheirOrder() throws MqttException {
            int count = 2000;
            List<Integer> heard = new CopyOnWriteArrayList<>();
            MqttConnectOptions options = new MqttConnectOptions();
            options.setMqttVersion(MqttConnectOptions.MQTT_VERSION_3_1_1);
            options.setMaxInflight(count);
            try (MqttClient client = connected("c", options)) {
                client.subscribe("many/x", 1, (topic, message) -> heard.add(Integer.valueOf(message.toString())));
                org.eclipse.paho.client.mqttv3.MqttTopic topic = client.getTopic("many/x");
                for (int i = 0; i < count; i++) {
                    topic.publish(bytes(Integer.toString(i)), 1, false);
                }
                await().atMost(DEADLINE_SECONDS, TimeUnit.SECONDS).until(() -> heard.size() == count);
                assertThat(heard).isEqualTo(IntStream.range(0, count).boxed().toList());
                client.disconnect();
            }
        }

        @Test
        void aRefusedMessageIsNotTakenForDelivered() throws MqttException {
            fixture.broker.refuseSends(Refusal.OVERLOADED, "too much");
            try (MqttClient client = connected("c")) {
                client.setTimeToWait(2000);
                assertThatThrownBy(() -> client.publish("t", bytes("x"), 1, false))
                        .isInstanceOf(MqttException.class);
            }
        }
    }

    @Nested
    class PahoWithMqtt5 {
        private org.eclipse.paho.mqttv5.client.MqttClient connected(String clientId)
                throws org.eclipse.paho.mqttv5.common.MqttException {
            org.eclipse.paho.mqttv5.client.MqttClient client = new org.eclipse.paho.mqttv5.client.MqttClient(
                    fixture.uri(), clientId, new org.eclipse.paho.mqttv5.client.persist.MemoryPersistence());
            client.setTimeToWait(DEADLINE_SECONDS * 1000L);
            MqttConnectionOptions options = new MqttConnectionOptions();
            options.setSessionExpiryInterval(3600L);
            client.connect(options);
            return client;
        }

        @Test
        void messagesOfEveryQosArrive() throws org.eclipse.paho.mqttv5.common.MqttException {
            List<String> heard = new CopyOnWriteArrayList<>();
            org.eclipse.paho.mqttv5.client.MqttClient client = connected("c");
            MqttSubscription subscription = new MqttSubscription("plant/#", 2);
            client.subscribe(
                    new MqttSubscription[] {subscription}, new org.eclipse.paho.mqttv5.client.IMqttMessageListener[] {
                        (topic, message) -> heard.add(topic + " " + message.getQos())
                    });
            for (int qos = 0; qos <= 2; qos++) {
                client.publish("plant/" + qos, bytes("x"), qos, false);
                int sent = qos + 1;
                await().until(() -> heard.size() == sent);
            }
            assertThat(heard).containsExactly("plant/0 0", "plant/1 1", "plant/2 2");
            client.disconnect();
            client.close();
        }

        @Test
        void noLocalKeepsOwnMessagesAway() throws org.eclipse.paho.mqttv5.common.MqttException {
            List<String> heard = new CopyOnWriteArrayList<>();
            org.eclipse.paho.mqttv5.client.MqttClient me = connected("me");
            org.eclipse.paho.mqttv5.client.MqttClient you = connected("you");
            MqttSubscription subscription = new MqttSubscription("chat", 1);
            subscription.setNoLocal(true);
            me.subscribe(
                    new MqttSubscription[] {subscription}, new org.eclipse.paho.mqttv5.client.IMqttMessageListener[] {
                        (topic, message) -> heard.add(new String(message.getPayload(), StandardCharsets.UTF_8))
                    });
            me.publish("chat", bytes("mine"), 1, false);
            you.publish("chat", bytes("yours"), 1, false);
            await().until(() -> !heard.isEmpty());
            assertThat(heard).containsExactly("yours");
            for (org.eclipse.paho.mqttv5.client.MqttClient client : List.of(me, you)) {
                client.disconnect();
                client.close();
            }
        }
    }

    @Nested
    class HiveWithMqtt5 {
        private Mqtt5BlockingClient client(String clientId) {
            return Mqtt5Client.builder()
                    .serverHost("127.0.0.1")
                    .serverPort(fixture.port())
                    .identifier(clientId)
                    .buildBlocking();
        }

        private Mqtt5BlockingClient connected(String clientId) {
            Mqtt5BlockingClient client = client(clientId);
            client.connect();
            return client;
        }

        private Mqtt5Publish heard(Mqtt5Publishes publishes) throws InterruptedException {
            return publishes.receive(DEADLINE_SECONDS, TimeUnit.SECONDS).orElseThrow();
        }

        @Test
        void whatTheServerLacksIsAnnounced() {
            Mqtt5ConnAck connAck = client("c")
                    .connectWith()
                    .sessionExpiryInterval(3600)
                    .keepAlive(7200)
                    .send();
            assertThat(connAck.isSessionPresent()).isFalse();
            assertThat(connAck.getSessionExpiryInterval()).hasValue(0);
            assertThat(connAck.getServerKeepAlive()).hasValue(1800);
            assertThat(connAck.getRestrictions().isRetainAvailable()).isFalse();
            assertThat(connAck.getRestrictions().isSharedSubscriptionAvailable())
                    .isTrue();
            assertThat(connAck.getRestrictions().isWildcardSubscriptionAvailable())
                    .isTrue();
            assertThat(connAck.getRestrictions().areSubscriptionIdentifiersAvailable())
                    .isTrue();
            assertThat(connAck.getRestrictions().getMaximumQos()).isEqualTo(MqttQos.EXACTLY_ONCE);
            assertThat(connAck.getRestrictions().getReceiveMaximum()).isEqualTo(256);
        }

        @Test
        void everyPropertyArrivesUnaltered() throws InterruptedException {
            Mqtt5BlockingClient publisher = connected("p");
            Mqtt5BlockingClient subscriber = connected("s");
            try (Mqtt5Publishes publishes = subscriber.publishes(MqttGlobalPublishFilter.ALL)) {
                subscriber
                        .subscribeWith()
                        .topicFilter("plant/#")
                        .qos(MqttQos.AT_LEAST_ONCE)
                        .send();
                publisher
                        .publishWith()
                        .topic("plant/line/7")
                        .qos(MqttQos.AT_LEAST_ONCE)
                        .payload(bytes("21.5"))
                        .contentType("text/plain")
                        .responseTopic("answers/7")
                        .correlationData(new byte[] {0, 1, -1})
                        .messageExpiryInterval(60)
                        .payloadFormatIndicator(
                                com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5PayloadFormatIndicator.UTF_8)
                        .userProperties()
                        .add("a", "1")
                        .add("a", "2")
                        .add("keys", "k1")
                        .applyUserProperties()
                        .send();
                Mqtt5Publish publish = heard(publishes);
                assertThat(publish.getTopic()).hasToString("plant/line/7");
                assertThat(publish.getPayloadAsBytes()).isEqualTo(bytes("21.5"));
                assertThat(publish.getContentType())
                        .hasValueSatisfying(type -> assertThat(type).hasToString("text/plain"));
                assertThat(publish.getResponseTopic())
                        .hasValueSatisfying(topic -> assertThat(topic).hasToString("answers/7"));
                assertThat(publish.getCorrelationData()).contains(ByteBuffer.wrap(new byte[] {0, 1, -1}));
                assertThat(publish.getMessageExpiryInterval().orElse(0)).isBetween(1L, 60L);
                assertThat(publish.getPayloadFormatIndicator()).isPresent();
                List<String> properties = new ArrayList<>();
                for (Mqtt5UserProperty property : publish.getUserProperties().asList()) {
                    properties.add(property.getName() + "=" + property.getValue());
                }
                assertThat(properties).hasSize(4).startsWith("a=1", "a=2", "keys=k1");
                assertThat(properties.get(3)).matches("messageId=[0-9A-F]{32}");
            }
            publisher.disconnect();
            subscriber.disconnect();
        }

        @Test
        void messagesOfOtherDoorsArrive() throws InterruptedException {
            Mqtt5BlockingClient subscriber = connected("s");
            try (Mqtt5Publishes publishes = subscriber.publishes(MqttGlobalPublishFilter.ALL)) {
                subscriber
                        .subscribeWith()
                        .topicFilter("#")
                        .qos(MqttQos.EXACTLY_ONCE)
                        .send();
                fixture.sendFromElsewhere(
                        "Orders", "{}", Map.of("TAGS", "new", "KEYS", "k1", "contentType", "application/json"));
                Mqtt5Publish publish = heard(publishes);
                assertThat(publish.getTopic()).hasToString("Orders/new");
                assertThat(publish.getQos()).isEqualTo(MqttQos.AT_LEAST_ONCE);
                assertThat(publish.getContentType())
                        .hasValueSatisfying(type -> assertThat(type).hasToString("application/json"));
                assertThat(publish.getUserProperties().asList().get(0).getName())
                        .hasToString("keys");
            }
            subscriber.disconnect();
        }

        @Test
        void otherDoorsSeeWhatMqttClientsPublish() {
            Mqtt5BlockingClient publisher = connected("p");
            publisher
                    .publishWith()
                    .topic("my.plant/line/7")
                    .qos(MqttQos.EXACTLY_ONCE)
                    .payload(bytes("x"))
                    .send();
            Message message = fixture.broker.sends("%MQTT%my%2Eplant").get(0);
            assertThat(message.properties().tag()).contains("line/7");
            assertThat(message.properties().get("mqttTopic")).isEqualTo("my.plant/line/7");
            publisher.disconnect();
        }

        @Test
        void identifiersOfAllMatchingSubscriptionsComeAlong() throws Exception {
            Mqtt5AsyncClient subscriber = client("s").toAsync();
            subscriber.connect().get(DEADLINE_SECONDS, TimeUnit.SECONDS);
            List<String> direct = new CopyOnWriteArrayList<>();
            subscriber
                    .subscribeWith()
                    .topicFilter("t/#")
                    .qos(MqttQos.AT_LEAST_ONCE)
                    .callback(publish -> direct.add("all"))
                    .send()
                    .get(DEADLINE_SECONDS, TimeUnit.SECONDS);
            subscriber
                    .subscribeWith()
                    .topicFilter("t/x")
                    .qos(MqttQos.AT_LEAST_ONCE)
                    .callback(publish -> direct.add("x"))
                    .send()
                    .get(DEADLINE_SECONDS, TimeUnit.SECONDS);
            fixture.sendFromElsewhere("t", "1", Map.of("TAGS", "x"));
            await().until(() -> direct.size() >= 2);
            assertThat(direct).containsExactlyInAnyOrder("all", "x");
            subscriber.disconnect().get(DEADLINE_SECONDS, TimeUnit.SECONDS);
        }

        @Test
        void aRefusedMessageIsToldWithReasonAndRemedy() {
            fixture.broker.refuseSends(Refusal.DISK_FULL, "the disk is full; wait");
            Mqtt5BlockingClient publisher = connected("p");
            assertThatThrownBy(() -> publisher
                            .publishWith()
                            .topic("t")
                            .qos(MqttQos.AT_LEAST_ONCE)
                            .send())
                    .isInstanceOfSatisfying(Mqtt5PubAckException.class, refused -> {
                        assertThat(refused.getMqttMessage().getReasonCode())
                                .isEqualTo(Mqtt5PubAckReasonCode.QUOTA_EXCEEDED);
                        assertThat(refused.getMqttMessage().getReasonString())
                                .hasValueSatisfying(why -> assertThat(why).hasToString("the disk is full; wait"));
                    });
            publisher.disconnect();
        }

        @Test
        void manyClientsUnderLoadLoseNothing() throws Exception {
            int publishers = 4;
            int each = 500;
            Mqtt5BlockingClient subscriber = connected("s");
            try (Mqtt5Publishes publishes = subscriber.publishes(MqttGlobalPublishFilter.ALL)) {
                subscriber
                        .subscribeWith()
                        .topicFilter("load/+")
                        .qos(MqttQos.AT_LEAST_ONCE)
                        .send();
                List<CompletableFuture<?>> sends = new ArrayList<>();
                List<Mqtt5AsyncClient> clients = new ArrayList<>();
                for (int p = 0; p < publishers; p++) {
                    Mqtt5AsyncClient publisher = connected("p" + p).toAsync();
                    clients.add(publisher);
                    for (int i = 0; i < each; i++) {
                        sends.add(publisher
                                .publishWith()
                                .topic("load/" + p)
                                .qos(MqttQos.AT_LEAST_ONCE)
                                .payload(bytes(Integer.toString(i)))
                                .send());
                    }
                }
                CompletableFuture.allOf(sends.toArray(CompletableFuture<?>[]::new))
                        .get(DEADLINE_SECONDS, TimeUnit.SECONDS);
                int[] next = new int[publishers];
                for (int i = 0; i < publishers * each; i++) {
                    Mqtt5Publish publish = heard(publishes);
                    int p = publish.getTopic().toString().charAt(5) - '0';
                    assertThat(new String(publish.getPayloadAsBytes(), StandardCharsets.UTF_8))
                            .isEqualTo(Integer.toString(next[p]++));
                }
                for (Mqtt5AsyncClient publisher : clients) {
                    publisher.disconnect().get(DEADLINE_SECONDS, TimeUnit.SECONDS);
                }
            }
            subscriber.disconnect();
        }
    }
}
