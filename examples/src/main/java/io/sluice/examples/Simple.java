package io.sluice.examples;

import io.sluice.client.Producer;
import io.sluice.client.SluiceClient;
import io.sluice.client.consume.StartAt;
import io.sluice.client.consume.Verdict;
import io.sluice.model.Message;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.stream.Stream;

/** Sends three messages, each in another way, and consumes them. */
public final class Simple {
    private Simple() {}

    public static void main(String... nameServers) throws Exception {
        try (SluiceClient client = SluiceClient.connect(nameServers.length == 0 ? "127.0.0.1:9876" : nameServers[0])) {
            run(client).forEach(System.out::println);
        }
    }

    static List<String> run(SluiceClient client) throws Exception {
        BlockingQueue<String> received = new LinkedBlockingQueue<>();
        Producer producer = client.producer("simple-out").start();
        producer.send(Message.of("SimpleExample", "waited for").withTag("a").withKeys("order-1"));
        producer.sendAsync(Message.of("SimpleExample", "asynchronous"))
                .thenAccept(sent -> System.out.println("stored as " + sent.messageId()));
        producer.sendOneWay(Message.of("SimpleExample", "one-way"));

        client.pushConsumer("simple-in")
                .subscribe("SimpleExample")
                .startAt(StartAt.FIRST)
                .listener(message -> {
                    received.add(message.text());
                    return Verdict.DONE;
                })
                .start();
        return Stream.of(received.take(), received.take(), received.take())
                .sorted()
                .toList();
    }
}
