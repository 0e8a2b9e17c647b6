package io.sluice.mqtt.topic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.model.TopicName;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TopicMappingTest {
    @ParameterizedTest
    @ValueSource(strings = {"Orders", "sensor-1", "a_b", "ns%Orders", "x|y", "0"})
    void legalNativeNamesStayAsTheyAre(String level) {
        assertThat(TopicMapping.nativeTopic(level)).hasToString(level);
        assertThat(TopicMapping.firstLevel(level)).isEqualTo(level);
    }

    @ParameterizedTest
    @CsvSource({
        "sensor.1, %MQTT%sensor%2E1",
        "a b, %MQTT%a%20b",
        "'', %MQTT%",
        "Zürich, %MQTT%Z%C3%BCrich",
        "a.b|c, %MQTT%a%2Eb%7Cc"
    })
    void otherLevelsAreEscaped(String level, String nativeTopic) {
        assertThat(TopicMapping.nativeTopic(level)).hasToString(nativeTopic);
        assertThat(TopicMapping.firstLevel(nativeTopic)).isEqualTo(level);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "%RETRY%group",
                "%DLQ%group",
                "%SYS%x",
                "%LMQ%x",
                "%MQTT%x",
                "TBW102",
                "SCHEDULE_TOPIC_XXXX",
                "RMQ_SYS_TRANS_HALF_TOPIC",
                "rmq_sys_wheel_timer",
                "DefaultCluster_REPLY_TOPIC"
            })
    void namesOfTheBrokersOwnCannotBeReached(String level) {
        TopicName mapped = TopicMapping.nativeTopic(level);
        assertThat(mapped.value()).startsWith("%MQTT%").isNotEqualTo(level);
        assertThat(mapped.isRetry()).isFalse();
        assertThat(mapped.isDeadLetter()).isFalse();
        assertThat(TopicMapping.firstLevel(mapped.value())).isEqualTo(level);
    }

    @Test
    void aLevelThatMakesTooLongANameIsRefusedWithTheBound() {
        assertThat(TopicMapping.nativeTopic("x".repeat(127)).value()).hasSize(127);
        assertThatThrownBy(() -> TopicMapping.nativeTopic("x".repeat(128)))
                .isInstanceOf(IllegalTopicException.class)
                .hasMessageContaining("128 characters; at most 127");
        assertThatThrownBy(() -> TopicMapping.nativeTopic(".".repeat(41))).hasMessageContaining("129 characters");
    }

    /** A native topic that merely looks escaped is shown under its own name. */
    @ParameterizedTest
    @ValueSource(strings = {"%MQTT%plain", "%MQTT%%2e", "%MQTT%%2", "%MQTT%%FF", "%MQTT%a%2Fb", "%MQTT%%2B"})
    void whatTheEscapeDoesNotWriteIsNotRead(String nativeTopic) {
        assertThat(TopicMapping.firstLevel(nativeTopic)).isEqualTo(nativeTopic);
    }

    @Provide
    Arbitrary<String> levels() {
        return Arbitraries.frequencyOf(
                net.jqwik.api.Tuple.of(
                        3, Arbitraries.strings().withChars("aZ09%|-_. MQT2EÜ€").ofMaxLength(14)),
                net.jqwik.api.Tuple.of(
                        1,
                        Arbitraries.strings()
                                .withCharRange(' ', '\ud7ff')
                                .excludeChars('/', '+', '#', '\u007f')
                                .ofMaxLength(9)
                                .filter(text -> text.chars().noneMatch(Character::isISOControl))));
    }

    @Property(tries = 1000)
    void everyLevelComesBack(@ForAll("levels") String level) {
        assertThat(TopicMapping.firstLevel(TopicMapping.nativeTopic(level).value()))
                .isEqualTo(level);
    }

    @Property(tries = 1000)
    void noTwoLevelsMeetInOneNativeTopic(@ForAll("levels") String one, @ForAll("levels") String other) {
        if (!one.equals(other)) {
            assertThat(Set.of(TopicMapping.nativeTopic(one), TopicMapping.nativeTopic(other)))
                    .hasSize(2);
        }
    }
}
