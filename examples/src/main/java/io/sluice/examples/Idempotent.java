package io.sluice.examples;

import io.sluice.client.Producer;
import io.sluice.client.SluiceClient;
import io.sluice.client.send.Sent;
import io.sluice.model.Message;
import java.util.List;

/** Sends each message once, however often it has to be tried: also when the sender starts anew in the middle. */
public final class Idempotent {
    private Idempotent() {}

    public static void main(String... nameServers) throws Exception {
        try (SluiceClient client = SluiceClient.connect(nameServers.length == 0 ? "127.0.0.1:9876" : nameServers[0])) {
            run(client).forEach(System.out::println);
        }
    }

    static List<String> run(SluiceClient client) {
        Producer first = client.producer("import").idempotent("file-7", 0).start();
        Sent line0 = first.send(Message.of("IdempotentExample", "line 0"));
        first.close();

        // Started anew, it does not know whether line 0 was stored, and begins with it again.
        Producer again = client.producer("import").idempotent("file-7", 0).start();
        Sent line0Again = again.send(Message.of("IdempotentExample", "line 0"));
        Sent line1 = again.send(Message.of("IdempotentExample", "line 1"));
        Sent keyed = again.send(
                Message.of("IdempotentExample", "by a key of its own").withIdempotencyKey("order-42"));
        return List.of(
                "line 0 stored once: " + line0.messageId().equals(line0Again.messageId()),
                "line 1 is another message: " + !line1.messageId().equals(line0.messageId()),
                "and so is the last: " + !keyed.messageId().equals(line1.messageId()));
    }
}
