package io.sluice.examples;

import io.sluice.client.Producer;
import io.sluice.client.SluiceClient;
import io.sluice.client.consume.StartAt;
import io.sluice.client.consume.Verdict;
import io.sluice.model.Message;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/** The steps of one order share a sharding key, so they are stored in one queue and consumed one after the other. */
public final class Ordered {
    private Ordered() {}

    public static void main(String... nameServers) throws Exception {
        try (SluiceClient client = SluiceClient.connect(nameServers.length == 0 ? "127.0.0.1:9876" : nameServers[0])) {
            run(client).forEach(System.out::println);
        }
    }

    static List<String> run(SluiceClient client) throws Exception {
        BlockingQueue<String> received = new LinkedBlockingQueue<>();
        Producer producer = client.producer("ordered-out").start();
        for (String step : List.of("created", "paid", "shipped")) {
            producer.send(Message.of("OrderedExample", step), "order-42");
        }

        client.pushConsumer("ordered-in")
                .subscribe("OrderedExample")
                .startAt(StartAt.FIRST)
                .ordered()
                .listener(message -> {
                    received.add(message.text());
                    return Verdict.DONE;
                })
                .start();
        List<String> steps = new ArrayList<>();
        while (steps.size() < 3) {
            steps.add(received.take());
        }
        return steps;
    }
}
