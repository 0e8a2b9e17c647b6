package io.sluice.mqtt.topic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DelayedTopicTest {
    @ParameterizedTest
    @CsvSource({
        "$delayed/15/plant/line/7, 15, plant/line/7",
        "$delayed/0/plant, 0, plant",
        "$delayed/0009999999/x, 9999999, x",
        "$delayed/1//x, 1, /x",
        "$delayed/2/$delayed/3/x, 2, $delayed/3/x"
    })
    void theNameSaysWhereAndAfterHowManySeconds(String name, long seconds, String topic) {
        assertThat(DelayedTopic.of(new MqttTopic(name))).contains(new DelayedTopic(new MqttTopic(topic), seconds));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "$delayed/x/plant",
                "$delayed/-1/plant",
                "$delayed/1.5/p",
                "$delayed/5",
                "$delayed/5/",
                "$delayed/",
                "$delayed/12345678901/p"
            })
    void whatBeginsLikeADelayedNameMustGoOnLikeOne(String name) {
        MqttTopic topic = new MqttTopic(name);
        assertThatThrownBy(() -> DelayedTopic.of(topic))
                .isInstanceOf(IllegalTopicException.class)
                .hasMessageContaining("$delayed/SECONDS/NAME");
    }

    @Test
    void otherNamesAreOrdinary() {
        assertThat(DelayedTopic.of(new MqttTopic("delayed/5/x"))).isEmpty();
        assertThat(DelayedTopic.of(new MqttTopic("$delayed"))).isEmpty();
        assertThat(DelayedTopic.of(new MqttTopic("$SYS/x"))).isEmpty();
    }
}
