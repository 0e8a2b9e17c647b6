package io.sluice.client.remote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.model.GroupName;
import io.sluice.model.TopicName;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PopReceiptTest {
    private static final GroupName GROUP = new GroupName("billing");
    private static final TopicName TOPIC = new TopicName("orders");
    private static final String HANDLE = "12 1700000000000 60000 3 0 broker-a 2 15";

    private static PopReceipt receipt(String handle) {
        return new PopReceipt(GROUP, TOPIC, 4096, 2, handle);
    }

    @Test
    void aReceiptSaysWhereItsMessageLiesAndComesBackFromText() {
        PopReceipt receipt = receipt(HANDLE);
        assertThat(PopReceipt.parse(receipt.text())).contains(receipt);
        assertThat(receipt.brokerName()).isEqualTo("broker-a");
        assertThat(receipt.queueId()).isEqualTo(2);
        assertThat(receipt.offset()).isEqualTo(15);
        assertThat(receipt.endsAtMs()).isEqualTo(1_700_000_060_000L);
        assertThat(receipt.renewed(5, 6, 7).handle()).isEqualTo("15 5 6 7 0 broker-a 2 15");
    }

    /** A message may carry anything under the name of a handle. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "stray",
                "a b c d e f g h",
                "12 1700000000000 60000 3 0 broker-a 2",
                "12 1700000000000 60000 3 0 broker-a 2 15 16",
                "12 soon 60000 3 0 broker-a 2 15",
                "12 1700000000000 long 3 0 broker-a 2 15",
                "12 1700000000000 60000 3 0 broker-a two 15",
                "12 1700000000000 60000 3 0 broker-a 2 -15",
                "12 1700000000000 60000 3 0 broker-a -2 15",
                "12 1700000000000 60000 3 0 broker-a 9999999999 15",
                "12 1700000000000 60000 3 0 broker-a 2 9999999999999999999",
                "12 1700000000000 60000 3 0 broker-a 2  15"
            })
    void whatIsNoHandleIsNotTakenForOne(String stray) {
        assertThat(PopReceipt.isHandle(stray)).isFalse();
        assertThatThrownBy(() -> receipt(stray))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("8 fields");
        String text = "pop~"
                + Base64.getUrlEncoder()
                        .encodeToString(
                                "billing orders 4096 2 %s".formatted(stray).getBytes(StandardCharsets.UTF_8));
        assertThat(PopReceipt.parse(text)).isEmpty();
    }

    @Property
    void everyHandleThatIsTakenForOneCanBeUsedAndAnyOtherTextIsNoReceipt(@ForAll String text, @ForAll long number) {
        assertThat(PopReceipt.parse(text)).isEmpty();
        assertThat(PopReceipt.parse("pop~" + text)).isEmpty();
        String handle = HANDLE.replace("15", Long.toString(number));
        if (PopReceipt.isHandle(handle)) {
            PopReceipt receipt = receipt(handle);
            assertThat(receipt.offset()).isEqualTo(number);
            assertThat(receipt.queueId()).isEqualTo(2);
            assertThat(receipt.endsAtMs()).isPositive();
        }
    }
}
