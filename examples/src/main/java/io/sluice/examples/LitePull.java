package io.sluice.examples;

import io.sluice.client.Producer;
import io.sluice.client.PullConsumer;
import io.sluice.client.SluiceClient;
import io.sluice.client.consume.ReceivedMessage;
import io.sluice.client.consume.StartAt;
import io.sluice.model.Message;
import io.sluice.model.MessageQueue;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Reads queues where and when it wants: from the beginning, then once more from an offset; stores how far it came. */
public final class LitePull {
    private LitePull() {}

    public static void main(String... nameServers) throws Exception {
        try (SluiceClient client = SluiceClient.connect(nameServers.length == 0 ? "127.0.0.1:9876" : nameServers[0])) {
            run(client).forEach(System.out::println);
        }
    }

    static List<String> run(SluiceClient client) {
        Producer producer = client.producer("lite-pull-out").start();
        MessageQueue queue = producer.send(Message.of("LitePullExample", "0")).queue();
        producer.send(Message.of("LitePullExample", "1"), queue);
        PullConsumer consumer =
                client.pullConsumer("lite-pull-in").startAt(StartAt.FIRST).open();

        List<String> texts = new ArrayList<>();
        while (texts.size() < 2) {
            for (ReceivedMessage message : consumer.fetch(queue, Duration.ofSeconds(1))) {
                texts.add(message.text());
            }
        }
        consumer.commit(queue);
        consumer.seek(queue, consumer.range(queue).max() - 1);
        consumer.fetch(queue, Duration.ofSeconds(1)).forEach(message -> texts.add("again " + message.text()));
        return texts;
    }
}
