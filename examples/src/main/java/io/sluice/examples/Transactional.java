package io.sluice.examples;

import io.sluice.client.Producer;
import io.sluice.client.SluiceClient;
import io.sluice.client.consume.StartAt;
import io.sluice.client.consume.Verdict;
import io.sluice.client.transaction.Decision;
import io.sluice.model.Message;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.stream.Stream;

/** A message is seen only if the local transaction is committed; a broker that was not told asks. */
public final class Transactional {
    private Transactional() {}

    public static void main(String... nameServers) throws Exception {
        try (SluiceClient client = SluiceClient.connect(nameServers.length == 0 ? "127.0.0.1:9876" : nameServers[0])) {
            run(client).forEach(System.out::println);
        }
    }

    static List<String> run(SluiceClient client) throws Exception {
        BlockingQueue<String> received = new LinkedBlockingQueue<>();
        Set<String> database = ConcurrentHashMap.newKeySet();
        Producer producer = client.producer("transactional-out")
                .transactionCheck(half ->
                        database.contains(half.properties().keys().get(0)) ? Decision.COMMIT : Decision.ROLLBACK)
                .start();
        producer.sendInTransaction(Message.of("TransactionalExample", "told").withKeys("order-1"), half -> {
            database.add("order-1");
            return Decision.COMMIT;
        });
        producer.sendInTransaction(
                Message.of("TransactionalExample", "never").withKeys("order-2"), half -> Decision.ROLLBACK);
        producer.sendInTransaction(Message.of("TransactionalExample", "asked").withKeys("order-3"), half -> {
            database.add("order-3");
            return Decision.UNKNOWN;
        });

        client.pushConsumer("transactional-in")
                .subscribe("TransactionalExample")
                .startAt(StartAt.FIRST)
                .listener(message -> {
                    received.add(message.text());
                    return Verdict.DONE;
                })
                .start();
        return Stream.of(received.take(), received.take()).sorted().toList();
    }
}
