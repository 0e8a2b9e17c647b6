package io.sluice.mqtt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5AsyncClient;
import com.hivemq.client.mqtt.mqtt5.Mqtt5Client;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Shared subscriptions with real clients. */
class SharingTest {
    private static final int DEADLINE_SECONDS = 60;

    private final BridgeFixture fixture = new BridgeFixture();

    @AfterEach
    void close() {
        fixture.close();
    }

    private Mqtt5AsyncClient connected(String clientId) throws Exception {
        Mqtt5AsyncClient client = Mqtt5Client.builder()
                .serverHost("127.0.0.1")
                .serverPort(fixture.port())
                .identifier(clientId)
                .buildAsync();
        client.connect().get(DEADLINE_SECONDS, TimeUnit.SECONDS);
        return client;
    }

    private static List<String> share(Mqtt5AsyncClient client, MqttQos qos) throws Exception {
        List<String> heard = new CopyOnWriteArrayList<>();
        client.subscribeWith()
                .topicFilter("$share/workers/jobs/+")
                .qos(qos)
                .callback(publish -> heard.add(new String(publish.getPayloadAsBytes(), StandardCharsets.UTF_8)))
                .send()
                .get(DEADLINE_SECONDS, TimeUnit.SECONDS);
        return heard;
    }

    @ParameterizedTest
    @EnumSource(MqttQos.class)
    void workersShareTheMessagesOfEveryDoor(MqttQos qos) throws Exception {
        int count = 200;
        Mqtt5AsyncClient one = connected("one");
        Mqtt5AsyncClient other = connected("other");
        List<String> heardByOne = share(one, qos);
        List<String> heardByOther = share(other, qos);
        IntStream.range(0, count).forEach(i -> fixture.sendFromElsewhere("jobs", "job" + i, Map.of("TAGS", "t" + i)));
        await().atMost(DEADLINE_SECONDS, TimeUnit.SECONDS)
                .until(() -> heardByOne.size() + heardByOther.size() >= count);
        List<String> all = new ArrayList<>(heardByOne);
        all.addAll(heardByOther);
        assertThat(all)
                .containsExactlyInAnyOrderElementsOf(
                        IntStream.range(0, count).mapToObj(i -> "job" + i).toList());
        assertThat(heardByOne).isNotEmpty();
        assertThat(heardByOther).isNotEmpty();
        await().until(() -> fixture.broker.openLeases() == 0);
        one.disconnect().get(DEADLINE_SECONDS, TimeUnit.SECONDS);
        other.disconnect().get(DEADLINE_SECONDS, TimeUnit.SECONDS);
    }

    @Test
    void whatALostWorkerDidNotAcknowledgeGoesToAnother() throws Exception {
        RawClient silent = new RawClient(fixture.port()).connect3("silent");
        silent.read();
        silent.subscribe3(1, "$share/workers/jobs/+", 1);
        assertThat(silent.readHex()).isEqualTo("90:000101");
        IntStream.range(0, 5).forEach(i -> fixture.sendFromElsewhere("jobs", "job" + i, Map.of("TAGS", "t")));
        for (int i = 0; i < 5; i++) {
            assertThat(silent.read().first()).isEqualTo(0x32);
        }
        Mqtt5AsyncClient worker = connected("worker");
        List<String> heard = share(worker, MqttQos.AT_LEAST_ONCE);
        silent.vanish();
        await().atMost(DEADLINE_SECONDS, TimeUnit.SECONDS).until(() -> heard.size() == 5);
        worker.disconnect().get(DEADLINE_SECONDS, TimeUnit.SECONDS);
    }
}
