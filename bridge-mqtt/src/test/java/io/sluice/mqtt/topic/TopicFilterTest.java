package io.sluice.mqtt.topic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** MQTT-5.0 §4.7.1 and §4.7.3. */
class TopicFilterTest {
    @ParameterizedTest
    @ValueSource(strings = {"#", "+", "/", "a", "a/#", "+/+", "/+", "+/a/#", "a//b", "a b/c", "$SYS/#"})
    void legalFiltersAreTaken(String text) {
        assertThat(TopicFilter.parse(text).text()).isEqualTo(text);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a#", "a/#/b", "#/a", "a+", "a/+b", "++", "a\u0000b", "a/\u0001"})
    void illegalFiltersAreRefused(String text) {
        assertThatThrownBy(() -> TopicFilter.parse(text)).isInstanceOf(IllegalTopicException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a/+", "#", "a\nb"})
    void illegalNamesAreRefused(String text) {
        assertThat(MqttTopic.of(text)).isEmpty();
    }

    @Test
    void whatIsTooLongOrTooDeepIsRefusedWithTheBound() {
        assertThatThrownBy(() -> new MqttTopic("x".repeat(4097))).hasMessageContaining("at most 4096");
        assertThatThrownBy(() -> new MqttTopic("/".repeat(128))).hasMessageContaining("at most 128");
        assertThat(new MqttTopic("/".repeat(127)).levels()).hasSize(128);
    }

    @Test
    void aNameIsItsFirstLevelAndTheRest() {
        assertThat(new MqttTopic("plant/line/7").firstLevel()).isEqualTo("plant");
        assertThat(new MqttTopic("plant/line/7").rest()).isEqualTo("line/7");
        assertThat(new MqttTopic("plant").rest()).isEmpty();
        assertThat(new MqttTopic("/x").firstLevel()).isEmpty();
    }

    @Test
    void onlyALeadingWildcardReachesEveryTopic() {
        assertThat(TopicFilter.parse("#").reachesEveryTopic()).isTrue();
        assertThat(TopicFilter.parse("+/x").reachesEveryTopic()).isTrue();
        assertThat(TopicFilter.parse("a/#").reachesEveryTopic()).isFalse();
    }
}
