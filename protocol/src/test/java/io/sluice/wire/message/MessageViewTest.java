package io.sluice.wire.message;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.model.MessageProperties;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.AlphaChars;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.NotEmpty;
import org.junit.jupiter.api.Test;

class MessageViewTest {
    /** A record that a genuine RocketMQ 5.3.3 broker stored. */
    private static final String GOLDEN =
            "0000010edaa320a731d4025b00000001000000000000000000000000000000000000000000000000"
                    + "000001a1fba4a87c7f0000010000c666000001a1fba4a8b17f000001000051af0000000000000000000000000000000b68656c6c"
                    + "6f2d776f726c6408537065635f54353300a04d53475f524547494f4e0144656661756c74526567696f6e02554e49515f4b455901"
                    + "46443030303030303030303030303030303030303030303030303030303030323433343635464644324232373637334343303739"
                    + "3030303002434c55535445520153706563436c757374657202544147530154616741024b455953016b657931206b657932025741"
                    + "495401747275650254524143455f4f4e017472756502";

    private static ByteBuffer golden() {
        return ByteBuffer.wrap(HexFormat.of().parseHex(GOLDEN));
    }

    @Test
    void everyFieldOfAGenuineRecordIsRead() {
        assertThat(RecordCheck.check(golden(), true)).isEqualTo(RecordCheck.Verdict.WHOLE);
        MessageView view = MessageView.of(golden());
        assertThat(view.totalSize()).isEqualTo(270);
        assertThat(view.topic()).isEqualTo("Spec_T53");
        assertThat(view.queueId()).isEqualTo(1);
        assertThat(view.bornAtMs()).isEqualTo(1795223234684L);
        assertThat(view.storedAtMs()).isEqualTo(1795223234737L);
        assertThat(view.bornHost()).hasToString("/127.0.0.1:50790");
        assertThat(view.messageId()).hasToString("7F000001000051AF0000000000000000");
        assertThat(view.body()).asString().isEqualTo("hello-world");
        assertThat(view.tag()).isEqualTo("TagA");
        assertThat(view.properties().keys()).containsExactly("key1", "key2");
        assertThat(view.properties().size()).isEqualTo(7);
    }

    @Property
    void aRecordCutAnywhereIsNeverTakenForAWholeOne(@ForAll @IntRange(min = 0, max = 269) int length) {
        assertThat(RecordCheck.check(golden().limit(length), true)).isNotEqualTo(RecordCheck.Verdict.WHOLE);
    }

    @Property
    void propertiesComeBackAsTheyWere(@ForAll Map<@AlphaChars @NotEmpty String, @AlphaChars @NotEmpty String> pairs) {
        MessageProperties properties = MessageProperties.of(pairs);
        assertThat(PropertiesCodec.decode(PropertiesCodec.text(properties))).isEqualTo(properties);
    }
}
