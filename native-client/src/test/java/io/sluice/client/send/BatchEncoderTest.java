package io.sluice.client.send;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.model.Message;
import io.sluice.model.MessageProperties;
import io.sluice.model.TopicName;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class BatchEncoderTest {
    /** The body of a batch that a genuine 5.3.3 client sent. */
    private static final String GOLDEN =
            "0000006e0000000000000000000000000000000262300056554e49515f4b4559014644303030303030303030303030303030"
                    + "3030303030303030303030303030323433343635464644324232373637334343323137303030330257414954017472756502"
                    + "544147530154616741020000006e0000000000000000000000000000000262310056554e49515f4b45590146443030303030"
                    + "3030303030303030303030303030303030303030303030303234333436354646443242323736373343433231373030303402"
                    + "5741495401747275650254414753015461674202";

    private static Message message(String body, String uniqueKey, String tag) {
        Map<String, String> properties = new LinkedHashMap<>();
        properties.put("UNIQ_KEY", uniqueKey);
        properties.put("WAIT", "true");
        properties.put("TAGS", tag);
        return new Message(
                new TopicName("T"), body.getBytes(StandardCharsets.UTF_8), MessageProperties.of(properties), 0, 0);
    }

    @Test
    void aBatchIsByteForByteThatOfAGenuineClient() {
        byte[] batch = BatchEncoder.encode(List.of(
                message("b0", "FD00000000000000000000000000000243465FFD2B27673CC2170003", "TagA"),
                message("b1", "FD00000000000000000000000000000243465FFD2B27673CC2170004", "TagB")));
        assertThat(HexFormat.of().formatHex(batch)).isEqualTo(GOLDEN);
    }
}
