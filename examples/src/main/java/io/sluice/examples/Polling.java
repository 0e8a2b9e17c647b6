package io.sluice.examples;

import io.sluice.client.Producer;
import io.sluice.client.PullConsumer;
import io.sluice.client.SluiceClient;
import io.sluice.client.consume.ReceivedMessage;
import io.sluice.client.consume.StartAt;
import io.sluice.model.Message;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Reads several queues in one loop, of which the application says itself which they are. */
public final class Polling {
    private Polling() {}

    public static void main(String... nameServers) throws Exception {
        try (SluiceClient client = SluiceClient.connect(nameServers.length == 0 ? "127.0.0.1:9876" : nameServers[0])) {
            run(client).forEach(System.out::println);
        }
    }

    static List<String> run(SluiceClient client) {
        Producer producer = client.producer("polling-out").start();
        for (int i = 0; i < 4; i++) {
            producer.send(Message.of("PollingExample", "message " + i));
        }
        PullConsumer consumer =
                client.pullConsumer("polling-in").startAt(StartAt.FIRST).open();
        consumer.assign(consumer.queuesOf("PollingExample"));

        List<String> seen = new ArrayList<>();
        while (seen.size() < 4) {
            for (ReceivedMessage message : consumer.poll(Duration.ofSeconds(5))) {
                seen.add(message.text());
            }
            consumer.assignment().forEach(consumer::commit);
        }
        seen.sort(null);
        return seen;
    }
}
