package io.sluice.examples;

import io.sluice.client.SluiceClient;
import io.sluice.client.consume.StartAt;
import io.sluice.client.consume.Verdict;
import io.sluice.client.send.Sent;
import io.sluice.model.Message;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/** Messages that are stored all or not at all, and a listener that takes several in one call. */
public final class Batch {
    private Batch() {}

    public static void main(String... nameServers) throws Exception {
        try (SluiceClient client = SluiceClient.connect(nameServers.length == 0 ? "127.0.0.1:9876" : nameServers[0])) {
            run(client).forEach(System.out::println);
        }
    }

    static List<String> run(SluiceClient client) throws Exception {
        BlockingQueue<String> received = new LinkedBlockingQueue<>();
        List<Sent> stored = client.producer("batch-out")
                .start()
                .sendBatch(List.of(
                        Message.of("BatchExample", "1"),
                        Message.of("BatchExample", "2"),
                        Message.of("BatchExample", "3")));
        System.out.println("stored in " + stored.get(0).queue());

        client.pushConsumer("batch-in")
                .subscribe("BatchExample")
                .startAt(StartAt.FIRST)
                .batchListener(16, messages -> {
                    messages.forEach(message -> received.add(message.text()));
                    return Verdict.DONE;
                })
                .start();
        List<String> texts = new ArrayList<>(List.of(received.take(), received.take(), received.take()));
        texts.sort(null);
        return texts;
    }
}
