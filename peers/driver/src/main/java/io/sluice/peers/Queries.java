package io.sluice.peers;

import java.util.List;
import org.apache.rocketmq.client.QueryResult;
import org.apache.rocketmq.common.message.MessageExt;

/**
 * Looking messages up, by the producer that was started last.
 *
 * <pre>
 *   querykey TOPIC KEY [from=MS] [to=MS] [max=N]     OK COUNT, after a GOT for each message with the key
 *   view     TOPIC ID                                OK, after the GOT; ID is the place in the log or the unique key
 * </pre>
 */
@SuppressWarnings("deprecation") // the methods are, and users have them
final class Queries {
    private static final String READER = "query";

    private final Producers producers;

    Queries(Producers producers) {
        this.producers = producers;
    }

    void addTo(ApacheClientDriver driver) {
        driver.on("querykey", 2, this::byKey);
        driver.on("view", 2, this::byId);
    }

    private String byKey(Words words) throws Exception {
        QueryResult found = producers
                .current()
                .queryMessage(
                        words.text(0),
                        words.text(1),
                        words.option("max", 64),
                        Long.parseLong(words.option("from", "0")),
                        Long.parseLong(words.option("to", String.valueOf(Long.MAX_VALUE))));
        List<MessageExt> messages = found.getMessageList();
        messages.forEach(message -> Told.got(READER, message));
        return String.valueOf(messages.size());
    }

    private String byId(Words words) throws Exception {
        MessageExt found = producers.current().viewMessage(words.text(0), words.text(1));
        if (found == null) {
            throw new IllegalStateException("no message has the id " + words.text(1));
        }
        Told.got(READER, found);
        return found.getMsgId();
    }
}
