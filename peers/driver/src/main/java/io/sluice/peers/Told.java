package io.sluice.peers;

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import org.apache.rocketmq.common.message.MessageExt;

/** Standard output, one whole line at a time. */
final class Told {
    private static final PrintStream OUT = new PrintStream(System.out, true, StandardCharsets.UTF_8);

    private Told() {}

    static synchronized void line(String line) {
        OUT.println(line);
    }

    /**
     * A message that was received.
     *
     * <pre>GOT reader topic queueId queueOffset reconsumeTimes body64 properties64 msgId storeSize storeTimestamp</pre>
     */
    static void got(String reader, MessageExt message) {
        StringBuilder properties = new StringBuilder();
        for (Map.Entry<String, String> property : message.getProperties().entrySet()) {
            properties.append(property.getKey()).append('\u0001').append(property.getValue()).append('\u0002');
        }
        line(String.join(
                "\t",
                "GOT",
                reader,
                message.getTopic(),
                String.valueOf(message.getQueueId()),
                String.valueOf(message.getQueueOffset()),
                String.valueOf(message.getReconsumeTimes()),
                base64(message.getBody()),
                base64(properties.toString().getBytes(StandardCharsets.UTF_8)),
                message.getMsgId(),
                String.valueOf(message.getStoreSize()),
                String.valueOf(message.getStoreTimestamp())));
    }

    static String base64(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }
}
