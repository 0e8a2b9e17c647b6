package io.sluice.examples;

import io.sluice.client.LeaseConsumer;
import io.sluice.client.LeasedMessage;
import io.sluice.client.Producer;
import io.sluice.client.SluiceClient;
import io.sluice.model.Message;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Takes jobs one by one from a topic, whatever the number of its queues; each is settled by itself. */
public final class Leasing {
    private Leasing() {}

    public static void main(String... nameServers) throws Exception {
        try (SluiceClient client = SluiceClient.connect(nameServers.length == 0 ? "127.0.0.1:9876" : nameServers[0])) {
            run(client).forEach(System.out::println);
        }
    }

    static List<String> run(SluiceClient client) {
        Producer producer = client.producer("jobs-out").start();
        producer.send(Message.of("LeasingExample", "easy"));
        producer.send(Message.of("LeasingExample", "hard"));
        LeaseConsumer consumer = client.leaseConsumer("workers", "LeasingExample")
                .leaseFor(Duration.ofMinutes(1))
                .open();

        List<String> done = new ArrayList<>();
        while (done.size() < 2) {
            for (LeasedMessage job : consumer.poll(2, Duration.ofSeconds(5))) {
                if (job.text().equals("hard") && job.attempt() == 1) {
                    job.release(Duration.ZERO);
                } else {
                    done.add(job.text() + " at attempt " + job.attempt());
                    job.ack();
                }
            }
        }
        done.sort(null);
        return done;
    }
}
