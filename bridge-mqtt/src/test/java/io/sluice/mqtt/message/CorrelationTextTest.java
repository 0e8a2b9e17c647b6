package io.sluice.mqtt.message;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CorrelationTextTest {
    @ParameterizedTest
    @ValueSource(strings = {"order-7", "ID:1234", "ü", " "})
    void plainTextStaysReadable(String text) {
        assertThat(CorrelationText.of(text.getBytes(StandardCharsets.UTF_8))).isEqualTo(text);
        assertThat(CorrelationText.bytes(text)).isEqualTo(text.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void bytesThatAreNoTextBecomeBase64() {
        assertThat(CorrelationText.of(new byte[] {0, -1})).isEqualTo("base64:AP8=");
        assertThat(CorrelationText.of(new byte[0])).isEqualTo("base64:");
    }

    @Test
    void textOfAnotherDoorThatIsNoBase64IsText() {
        assertThat(CorrelationText.bytes("base64:?")).isEqualTo("base64:?".getBytes(StandardCharsets.UTF_8));
    }

    @Property(tries = 500)
    void everyCorrelationComesBack(@ForAll byte[] data) {
        assertThat(CorrelationText.bytes(CorrelationText.of(data))).isEqualTo(data);
    }

    @Property(tries = 300)
    void everyTextComesBack(@ForAll String text) {
        byte[] data = text.getBytes(StandardCharsets.UTF_8);
        assertThat(CorrelationText.bytes(CorrelationText.of(data))).isEqualTo(data);
    }
}
