package io.sluice.examples;

import io.sluice.client.Producer;
import io.sluice.client.SluiceClient;
import io.sluice.client.consume.StartAt;
import io.sluice.client.consume.Verdict;
import io.sluice.client.send.Sent;
import io.sluice.model.Message;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/** A message that comes later, and one that is taken back before it does. */
public final class Delayed {
    private Delayed() {}

    public static void main(String... nameServers) throws Exception {
        try (SluiceClient client = SluiceClient.connect(nameServers.length == 0 ? "127.0.0.1:9876" : nameServers[0])) {
            run(client).forEach(System.out::println);
        }
    }

    static List<String> run(SluiceClient client) throws Exception {
        BlockingQueue<String> received = new LinkedBlockingQueue<>();
        Producer producer = client.producer("delayed-out").start();
        producer.send(Message.of("DelayedExample", "after a second").deliverAfter(Duration.ofSeconds(1)));
        Sent reminder = producer.send(
                Message.of("DelayedExample", "tomorrow").deliverAt(Instant.now().plus(Duration.ofDays(1))));
        boolean recalled = producer.recall("DelayedExample", reminder);

        client.pushConsumer("delayed-in")
                .subscribe("DelayedExample")
                .startAt(StartAt.FIRST)
                .listener(message -> {
                    received.add(message.text());
                    return Verdict.DONE;
                })
                .start();
        return List.of("recalled: " + recalled, received.take());
    }
}
