package io.sluice.mqtt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sluice.model.TopicName;
import io.sluice.mqtt.RawClient.Packet;
import io.sluice.port.Timers.WaitingMessages;
import java.nio.charset.StandardCharsets;
import org.eclipse.paho.client.mqttv3.MqttClient;
import org.eclipse.paho.client.mqttv3.MqttException;
import org.eclipse.paho.client.mqttv3.persist.MemoryPersistence;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class DelayedPublishTest {
    private final BridgeFixture fixture = new BridgeFixture();

    @AfterEach
    void close() {
        fixture.close();
    }

    private WaitingMessages waiting(String topic) {
        return fixture.broker
                .timers()
                .waiting(new TopicName(topic), 10)
                .toCompletableFuture()
                .join();
    }

    private RawClient connected(boolean five) {
        RawClient client = new RawClient(fixture.port());
        if (five) {
            client.connect5("c");
        } else {
            client.connect3("c");
        }
        assertThat(client.read().first()).isEqualTo(0x20);
        return client;
    }

    @Test
    void aMessageIsAcknowledgedAndWaitsForItsTime() {
        long before = System.currentTimeMillis();
        try (RawClient client = connected(false).publish3(1, 10, "$delayed/3600/plant/line/7", "later")) {
            assertThat(client.readHex()).isEqualTo("40:000a");
        }
        assertThat(fixture.broker.sends("plant")).isEmpty();
        assertThat(waiting("plant").total()).isEqualTo(1);
        assertThat(waiting("plant").next().get(0).dueAtMs())
                .isBetween(before + 3_600_000, System.currentTimeMillis() + 3_600_000);
    }

    @Test
    void subscribersGetItUnderTheNameThatItIsFor() throws MqttException {
        try (MqttClient device = new MqttClient(fixture.uri(), "device", new MemoryPersistence())) {
            StringBuffer got = new StringBuffer();
            device.connect();
            device.subscribe("plant/#", 1, (topic, message) -> got.append(topic)
                    .append('=')
                    .append(new String(message.getPayload(), StandardCharsets.UTF_8)));
            device.publish("$delayed/1/plant/line/7", "later".getBytes(StandardCharsets.UTF_8), 1, false);
            await().until(() -> got.toString().equals("plant/line/7=later"));
            device.disconnect();
        }
    }

    @Test
    void withoutADelayItIsAnOrdinaryMessage() {
        try (RawClient client = connected(false).publish3(1, 10, "$delayed/0/plant/line/7", "now")) {
            assertThat(client.readHex()).isEqualTo("40:000a");
            assertThat(fixture.broker.sends("plant")).hasSize(1);
        }
    }

    @Test
    void whatIsTooFarAwayOrSaysItWronglyIsRefused() {
        try (RawClient client = connected(true).publish5(1, 1, "$delayed/9999999999/plant", "x")) {
            Packet pubAck = client.read();
            assertThat(pubAck.first()).isEqualTo(0x40);
            assertThat(pubAck.rest()[2]).isEqualTo((byte) 0x97);
            client.publish5(1, 2, "$delayed/soon/plant", "x");
            Packet second = client.read();
            assertThat(second.rest()[2]).isEqualTo((byte) 0x90);
            assertThat(new String(second.rest(), StandardCharsets.UTF_8)).contains("$delayed/SECONDS/NAME");
            client.publish5(1, 3, "$delayed/1/$SYS/plant", "x");
            assertThat(client.read().rest()[2]).isEqualTo((byte) 0x90);
            client.publish5(1, 4, "$delayed/1/$delayed/1/plant", "x");
            assertThat(client.read().rest()[2]).isEqualTo((byte) 0x90);
        }
    }
}
