package io.sluice.examples;

import io.sluice.client.LeaseConsumer;
import io.sluice.client.LeasedMessage;
import io.sluice.client.Producer;
import io.sluice.client.SluiceClient;
import io.sluice.model.Message;
import io.sluice.port.UnitOutcome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Consumes here and produces there: the order is done and the bill is sent, or neither, however often it is tried. */
public final class UnitsOfWork {
    private UnitsOfWork() {}

    public static void main(String... nameServers) throws Exception {
        try (SluiceClient client = SluiceClient.connect(nameServers.length == 0 ? "127.0.0.1:9876" : nameServers[0])) {
            run(client).forEach(System.out::println);
        }
    }

    static List<String> run(SluiceClient client) {
        Producer producer = client.producer("billing").start();
        producer.send(Message.of("OrdersExample", "42 screws"));
        LeaseConsumer orders = client.leaseConsumer("billing", "OrdersExample").open();
        LeaseConsumer bills = client.leaseConsumer("post", "BillsExample").open();

        List<String> done = new ArrayList<>();
        for (LeasedMessage order : orders.poll(1, Duration.ofSeconds(10))) {
            for (int attempt = 1; attempt <= 2; attempt++) {
                UnitOutcome outcome = producer.unit("bill-of-" + order.message().uniqueKey())
                        .send(Message.of("BillsExample", "bill for " + order.text()))
                        .ack(order)
                        .commit();
                done.add(outcome.fold(
                        held -> held.isRepeat() ? "held before" : "held",
                        doubt -> "held, but not everywhere yet",
                        over -> "somebody else has the order",
                        refused -> "refused: " + refused.remedy()));
            }
        }
        for (LeasedMessage bill : bills.poll(2, Duration.ofSeconds(10))) {
            done.add(bill.text());
            bill.ack();
        }
        return done;
    }
}
