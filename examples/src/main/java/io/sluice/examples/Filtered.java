package io.sluice.examples;

import io.sluice.client.Producer;
import io.sluice.client.SluiceClient;
import io.sluice.client.consume.StartAt;
import io.sluice.client.consume.Verdict;
import io.sluice.model.FilterExpression;
import io.sluice.model.Message;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/** One group takes messages by tag, another by an SQL condition on their properties. */
public final class Filtered {
    private Filtered() {}

    public static void main(String... nameServers) throws Exception {
        try (SluiceClient client = SluiceClient.connect(nameServers.length == 0 ? "127.0.0.1:9876" : nameServers[0])) {
            run(client).forEach(System.out::println);
        }
    }

    static List<String> run(SluiceClient client) throws Exception {
        BlockingQueue<String> byTag = new LinkedBlockingQueue<>();
        BlockingQueue<String> bySql = new LinkedBlockingQueue<>();
        Producer producer = client.producer("filtered-out").start();
        producer.send(Message.of("FilteredExample", "cheap").withTag("new").withProperty("price", "3"));
        producer.send(Message.of("FilteredExample", "dear").withTag("used").withProperty("price", "300"));

        client.pushConsumer("filtered-by-tag")
                .subscribe("FilteredExample", FilterExpression.tags("new || unopened"))
                .startAt(StartAt.FIRST)
                .listener(message -> {
                    byTag.add(message.text());
                    return Verdict.DONE;
                })
                .start();
        client.pushConsumer("filtered-by-sql")
                .subscribe("FilteredExample", FilterExpression.sql("price > 100"))
                .startAt(StartAt.FIRST)
                .listener(message -> {
                    bySql.add(message.text());
                    return Verdict.DONE;
                })
                .start();
        return List.of("by tag: " + byTag.take(), "by SQL: " + bySql.take());
    }
}
