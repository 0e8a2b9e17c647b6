package io.sluice.client;

import io.sluice.client.consume.ReceivedMessage;
import io.sluice.client.consume.StartAt;
import io.sluice.client.consume.Verdict;
import io.sluice.client.send.SendFailedException;
import io.sluice.model.Message;
import io.sluice.model.MessageQueue;
import io.sluice.port.LeaseReader.Result;
import io.sluice.port.RefusedException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Numbered messages that flow through one topic from producers, one that waits for each answer and one that does not, to
 * members of a push group, of an ordered push group and of a group that leases, and to a reader of all queues. Counts how
 * often each message came to each of them.
 */
public final class Traffic implements AutoCloseable {
    /** Who gets all messages. */
    public enum Way {
        PUSH,
        ORDERED,
        LEASE,
        PULL
    }

    private static final Duration SEND_TIMEOUT = Duration.ofSeconds(20);
    private static final long SEND_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    private static final long WORK_NANOS_MAX = TimeUnit.MICROSECONDS.toNanos(500);

    private final String nameServers;
    private final String topic;
    private final List<SluiceClient> clients = new ArrayList<>();
    private final List<Thread> threads = new ArrayList<>();
    private final Set<String> acknowledged = ConcurrentHashMap.newKeySet();
    private final Set<String> refused = ConcurrentHashMap.newKeySet();
    private final Map<Way, Map<String, Integer>> seen = new ConcurrentHashMap<>();
    private volatile boolean sending = true;
    private volatile boolean reading = true;

    /** Begins with two members in each group. */
    public Traffic(String nameServers, String topic) {
        this.nameServers = nameServers;
        this.topic = topic;
        for (Way way : Way.values()) {
            seen.put(way, new ConcurrentHashMap<>());
        }
        for (int member = 0; member < 2; member++) {
            push(Way.PUSH);
            push(Way.ORDERED);
            run("leasing-" + member, lease());
        }
        run("pulling", pull());
        run("sending", () -> {
            Producer producer = producer("waiting");
            for (int i = 0; sending; i++) {
                String text = "w" + i;
                try {
                    producer.send(Message.of(topic, text));
                    acknowledged.add(text);
                } catch (SendFailedException notSent) {
                    refused.add(text);
                }
                LockSupport.parkNanos(SEND_PAUSE_NANOS);
            }
        });
        run("sending-on", () -> {
            Producer producer = producer("not-waiting");
            for (int i = 0; sending; i++) {
                String text = "n" + i;
                producer.sendAsync(Message.of(topic, text))
                        .whenComplete((sent, failure) -> (failure == null ? acknowledged : refused).add(text));
                LockSupport.parkNanos(SEND_PAUSE_NANOS);
            }
        });
    }

    private SluiceClient client() {
        SluiceClient client = SluiceClient.builder(nameServers)
                .routeRefresh(Duration.ofSeconds(1))
                .connect();
        clients.add(client);
        return client;
    }

    private Producer producer(String group) {
        return clients.get(0)
                .producer(group)
                .sendTimeout(SEND_TIMEOUT)
                .retries(10)
                .start();
    }

    private void push(Way way) {
        PushConsumer.Builder consumer = client().pushConsumer(way.name())
                .subscribe(topic)
                .startAt(StartAt.FIRST)
                .listener(message -> {
                    work();
                    note(way, message.text());
                    return Verdict.DONE;
                });
        (way == Way.ORDERED ? consumer.ordered() : consumer).start();
    }

    private Runnable lease() {
        LeaseConsumer consumer = client().leaseConsumer(Way.LEASE.name(), topic).open();
        List<LeasedMessage> unsettled = new ArrayList<>();
        return () -> {
            while (reading) {
                try {
                    for (LeasedMessage message : consumer.poll(8, Duration.ofMillis(100))) {
                        work();
                        note(Way.LEASE, message.text());
                        unsettled.add(message);
                    }
                } catch (RefusedException away) {
                    LockSupport.parkNanos(SEND_PAUSE_NANOS);
                }
                unsettled.removeIf(Traffic::isAcknowledged);
            }
        };
    }

    /** False when its broker is away, so that it must be tried again. */
    private static boolean isAcknowledged(LeasedMessage message) {
        try {
            Result result = message.ack().toCompletableFuture().join();
            return result == Result.DONE || result == Result.LEASE_OVER;
        } catch (CompletionException away) {
            return false;
        }
    }

    private Runnable pull() {
        PullConsumer consumer =
                client().pullConsumer(Way.PULL.name()).startAt(StartAt.FIRST).open();
        Set<MessageQueue> queues = ConcurrentHashMap.newKeySet();
        return () -> {
            while (reading) {
                try {
                    queues.addAll(consumer.queuesOf(topic));
                } catch (RefusedException away) {
                    LockSupport.parkNanos(SEND_PAUSE_NANOS);
                }
                for (MessageQueue queue : queues) {
                    try {
                        for (ReceivedMessage message : consumer.fetch(queue, Duration.ofMillis(5))) {
                            note(Way.PULL, message.text());
                        }
                    } catch (RefusedException away) {
                        LockSupport.parkNanos(SEND_PAUSE_NANOS);
                    }
                }
            }
        };
    }

    /** Messages are with several threads for different times, so that they end out of order. */
    private static void work() {
        LockSupport.parkNanos(ThreadLocalRandom.current().nextLong(WORK_NANOS_MAX));
    }

    private void note(Way way, String text) {
        seen.get(way).merge(text, 1, Integer::sum);
    }

    private void run(String name, Runnable work) {
        Thread thread = new Thread(work, name);
        threads.add(thread);
        thread.start();
    }

    /** How many messages were acknowledged. */
    public int acknowledged() {
        return acknowledged.size();
    }

    /** No message is sent any more; on return each is acknowledged or refused. */
    public void stopSending() throws InterruptedException {
        sending = false;
        for (Thread thread : threads) {
            if (thread.getName().startsWith("sending")) {
                thread.join();
            }
        }
    }

    /** Messages whose sends failed. */
    public Set<String> refused() {
        return Set.copyOf(refused);
    }

    /** Messages that were acknowledged and have not come this way. */
    public Set<String> lost(Way way) {
        Set<String> lost = ConcurrentHashMap.newKeySet();
        lost.addAll(acknowledged);
        lost.removeAll(seen.get(way).keySet());
        return lost;
    }

    /** Messages that have come more than once, and how often. */
    public Map<String, Integer> repeated(Way way) {
        Map<String, Integer> repeated = new ConcurrentHashMap<>(seen.get(way));
        repeated.values().removeIf(times -> times == 1);
        return repeated;
    }

    /** How many messages have come this way. */
    public int seen(Way way) {
        return seen.get(way).size();
    }

    /** Whether so many messages that begin so have come this way. */
    public boolean hasSeen(Way way, String beginning, int times) {
        return seen.get(way).keySet().stream()
                        .filter(text -> text.startsWith(beginning))
                        .count()
                == times;
    }

    @Override
    public void close() {
        sending = false;
        reading = false;
        clients.forEach(SluiceClient::close);
        for (Thread thread : threads) {
            try {
                thread.join();
            } catch (InterruptedException interrupted) {
                throw new AssertionError(interrupted);
            }
        }
    }
}
