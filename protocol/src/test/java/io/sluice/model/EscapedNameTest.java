package io.sluice.model;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Chars;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EscapedNameTest {
    @Test
    void lettersDigitsHyphenAndUnderscoreStandForThemselves() {
        assertThat(EscapedName.encode("orders.new-2_a")).isEqualTo("%MQTT%orders%2Enew-2_a");
        assertThat(EscapedName.encode("Ü|%")).isEqualTo("%MQTT%%C3%9C%7C%25");
    }

    @ParameterizedTest
    @ValueSource(strings = {"orders", "%MQTT%a.b", "%MQTT%%2e", "%MQTT%%C3", "%MQTT%%4", "%MQTT%%41", "%RETRY%group"})
    void aTextThatIsNotWrittenSoIsNoEscapedName(String text) {
        assertThat(EscapedName.decode(text)).isEmpty();
    }

    @Property(tries = 1000)
    void everyNameComesBack(
            @ForAll @StringLength(max = 12) @Chars({'a', 'Z', '9', '%', '|', '.', ' ', 'é', '€'}) String name) {
        assertThat(EscapedName.decode(EscapedName.encode(name))).contains(name);
    }
}
