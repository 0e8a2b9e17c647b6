package io.sluice.examples;

import io.sluice.client.SluiceClient;
import io.sluice.client.consume.StartAt;
import io.sluice.client.consume.Verdict;
import io.sluice.model.Message;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.stream.Stream;

/** Two members of one group each get every message. The second needs a client of its own: a client is one member. */
public final class Broadcast {
    private Broadcast() {}

    public static void main(String... nameServers) throws Exception {
        try (SluiceClient client = SluiceClient.connect(nameServers.length == 0 ? "127.0.0.1:9876" : nameServers[0])) {
            run(client).forEach(System.out::println);
        }
    }

    static List<String> run(SluiceClient client) throws Exception {
        BlockingQueue<String> received = new LinkedBlockingQueue<>();
        client.producer("broadcast-out").start().send(Message.of("BroadcastExample", "to all"));
        try (SluiceClient second = SluiceClient.connect(client.nameServers())) {
            for (SluiceClient member : List.of(client, second)) {
                member.pushConsumer("broadcast-in")
                        .subscribe("BroadcastExample")
                        .startAt(StartAt.FIRST)
                        .broadcasting()
                        .listener(message -> {
                            received.add(message.text());
                            return Verdict.DONE;
                        })
                        .start();
            }
            return Stream.of(received.take(), received.take()).toList();
        }
    }
}
