package io.sluice.jms;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.runtime.Threads;
import jakarta.jms.Connection;
import jakarta.jms.JMSException;
import jakarta.jms.MessageConsumer;
import jakarta.jms.Queue;
import jakarta.jms.Session;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Consumers that open, close, stop and recover at any time share a queue without losing or doubling a message. */
class ComingAndGoingTest extends AgainstMemoryBroker {
    private static final int MESSAGES = 400;

    private final Set<String> seen = ConcurrentHashMap.newKeySet();
    private final AtomicInteger deliveries = new AtomicInteger();
    private final List<Throwable> failures = new CopyOnWriteArrayList<>();

    private void got(String text) {
        seen.add(text);
        deliveries.incrementAndGet();
    }

    @Test
    void everyAcknowledgedMessageIsDeliveredOnce() throws Exception {
        Queue queue = session.createQueue("orders");
        List<Thread> threads = new ArrayList<>();
        for (int seed = 0; seed < 4; seed++) {
            Random random = new Random(seed);
            boolean listens = seed % 2 == 0;
            threads.add(Threads.named("consumer-" + seed, () -> {
                try {
                    while (seen.size() < MESSAGES && failures.isEmpty()) {
                        if (listens) {
                            listenAWhile(queue, random);
                        } else {
                            receiveSome(queue, random);
                        }
                    }
                } catch (JMSException | RuntimeException failed) {
                    failures.add(failed);
                }
            }));
        }
        threads.forEach(Thread::start);
        send(queue, IntStream.range(0, MESSAGES).mapToObj(Integer::toString).toArray(String[]::new));
        for (Thread thread : threads) {
            thread.join(6 * SOON_MS);
        }

        assertThat(failures).isEmpty();
        assertThat(seen).hasSize(MESSAGES);
        assertThat(deliveries)
                .as("acknowledged before it was counted, so never twice")
                .hasValue(MESSAGES);
        assertThat(broker.openLeases()).isZero();
    }

    /** Takes some, each acknowledged by itself; what is left unacknowledged is not counted. */
    private void receiveSome(Queue queue, Random random) throws JMSException {
        try (Connection own = factory.createConnection()) {
            own.start();
            Session client = own.createSession(Session.CLIENT_ACKNOWLEDGE);
            MessageConsumer consumer = client.createConsumer(queue);
            for (int i = random.nextInt(30); i > 0; i--) {
                var message = consumer.receive(20);
                if (message != null && random.nextInt(5) == 0) {
                    client.recover();
                } else if (message != null) {
                    message.acknowledge();
                    got(text(message));
                }
            }
        }
    }

    private void listenAWhile(Queue queue, Random random) throws JMSException {
        try (Connection own = factory.createConnection()) {
            Session listening = own.createSession(Session.AUTO_ACKNOWLEDGE);
            AtomicInteger left = new AtomicInteger(1 + random.nextInt(30));
            listening.createConsumer(queue).setMessageListener(message -> {
                try {
                    got(text(message));
                } catch (JMSException failed) {
                    failures.add(failed);
                }
                left.decrementAndGet();
            });
            own.start();
            for (int i = 0; i < 20 && left.get() > 0 && seen.size() < MESSAGES; i++) {
                own.stop();
                own.start();
                Thread.yield();
            }
        }
    }
}
