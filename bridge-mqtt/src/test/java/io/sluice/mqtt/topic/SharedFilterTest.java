package io.sluice.mqtt.topic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** MQTT-5.0 §4.8.2. */
class SharedFilterTest {
    @Test
    void aSharedFilterIsAShareNameAndAFilter() {
        SharedFilter shared = SharedFilter.parse("$share/workers/plant/+/7");
        assertThat(shared.shareName()).isEqualTo("workers");
        assertThat(shared.filter()).isEqualTo(TopicFilter.parse("plant/+/7"));
        assertThat(shared.group()).hasToString("mqtt|workers|plant%2F%2B%2F7");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "$share/",
                "$share/g",
                "$share//a",
                "$share/g/",
                "$share/g+/a",
                "$share/#/a",
                "$share/g/a#",
                "$share/g/#",
                "$share/g/+/a",
                "$share/g/$SYS/x"
            })
    void whatIsNoneOrNotServedIsRefused(String text) {
        assertThatThrownBy(() -> SharedFilter.parse(text)).isInstanceOf(IllegalTopicException.class);
    }

    @Test
    void aNameThatMakesTooLongAGroupIsRefusedWithTheBound() {
        assertThatThrownBy(() -> SharedFilter.parse("$share/g/" + "x".repeat(240)))
                .hasMessageContaining("at most 240");
    }

    @Test
    void onlyTheWholePrefixCounts() {
        assertThat(SharedFilter.isShared("$share/g/a")).isTrue();
        assertThat(SharedFilter.isShared("$shared/g/a")).isFalse();
    }

    @Provide
    Arbitrary<SharedFilter> shared() {
        Arbitrary<String> parts =
                Arbitraries.strings().withChars("ab|%.2F-ü").ofMinLength(1).ofMaxLength(4);
        return net.jqwik.api.Combinators.combine(parts, parts, parts)
                .as((name, first, second) -> SharedFilter.parse("$share/" + name + "/" + first + "/" + second));
    }

    @Property(tries = 500)
    void otherNamesAndOtherFiltersAreOtherGroups(
            @ForAll("shared") SharedFilter one, @ForAll("shared") SharedFilter other) {
        if (!one.text().equals(other.text())) {
            assertThat(Set.of(one.group(), other.group())).hasSize(2);
        }
    }
}
