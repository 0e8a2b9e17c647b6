package io.sluice.perf.load;

import io.sluice.client.LeaseConsumer;
import io.sluice.client.LeasedMessage;
import io.sluice.client.Producer;
import io.sluice.client.PullConsumer;
import io.sluice.client.PushConsumer;
import io.sluice.client.SluiceClient;
import io.sluice.client.consume.ReceivedMessage;
import io.sluice.client.consume.StartAt;
import io.sluice.client.consume.Verdict;
import io.sluice.model.Message;
import io.sluice.model.MessageQueue;
import io.sluice.model.TopicName;
import io.sluice.perf.measure.Completion;
import io.sluice.runtime.CloseStack;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/** The native client: sends in every style, receives in every way. */
public final class NativeLoadClient implements LoadClient {
    /** As many as one pull may bring, so that a backlog is read in large steps. */
    private static final int PULL_MESSAGES = 1024;

    private static final int PULL_BYTES = 1 << 20;
    private static final int BUFFER_MESSAGES = 16_384;
    private static final int LISTENER_THREADS = 4;
    private static final int LEASES = 1024;
    /** Answers that are not acknowledged yet, of each receiver. */
    private static final int UNSETTLED_ANSWERS = 4;

    private static final Duration WAIT = Duration.ofMillis(500);

    private final SluiceClient client;
    private final Producer producer;
    private final LoadSettings settings;
    private final List<TopicName> topics;

    public NativeLoadClient(LoadSettings settings) {
        this.settings = settings;
        this.topics = settings.topicNames().stream().map(TopicName::new).toList();
        this.client = SluiceClient.builder(settings.address())
                .freshTopicQueues(settings.queues())
                .connect();
        this.producer = client.producer("perf-out").noCompression().start();
    }

    @Override
    public void send(int topic, byte[] body, Completion completion) {
        Message message = Message.of(topics.get(topic), body);
        switch (settings.style()) {
            case SYNC -> {
                producer.send(message);
                completion.done(1);
            }
            case BATCH ->
                completion.done(producer.sendBatch(Collections.nCopies(settings.batch(), message))
                        .size());
            case ASYNC -> tell(completion, producer.sendAsync(message));
            case ONE_WAY -> tell(completion, producer.sendOneWay(message));
        }
    }

    private static void tell(Completion completion, CompletionStage<?> sent) {
        sent.whenComplete((answer, failed) -> {
            if (failed == null) {
                completion.done(1);
            } else {
                completion.failed(failed);
            }
        });
    }

    @Override
    public AutoCloseable receive(Member member, Consumer<byte[]> received) {
        return switch (settings.reading()) {
            case PUSH -> push(member.group(), received);
            case PULL -> pull(member, received);
            case LEASE -> lease(member, received);
        };
    }

    private AutoCloseable push(String group, Consumer<byte[]> received) {
        PushConsumer.Builder consumer = client.pushConsumer(group);
        settings.topicNames().forEach(consumer::subscribe);
        return consumer.startAt(StartAt.FIRST)
                .threads(LISTENER_THREADS)
                .pullMessages(PULL_MESSAGES)
                .pullBytes(PULL_BYTES)
                .bufferMessages(BUFFER_MESSAGES)
                .spanMax(Integer.MAX_VALUE)
                .listener(message -> {
                    received.accept(message.body());
                    return Verdict.DONE;
                })
                .start();
    }

    /** The members share the queues by their number; one fetch of each queue is under way at any time. */
    private AutoCloseable pull(Member member, Consumer<byte[]> received) {
        PullConsumer consumer = client.pullConsumer(member.group())
                .startAt(StartAt.FIRST)
                .fetchMessages(PULL_MESSAGES)
                .fetchBytes(PULL_BYTES)
                .open();
        AtomicBoolean over = new AtomicBoolean();
        int number = 0;
        for (String topic : settings.topicNames()) {
            for (MessageQueue queue : consumer.queuesOf(topic)) {
                if (number++ % member.count() == member.index()) {
                    fetch(consumer, queue, received, over);
                }
            }
        }
        return () -> {
            over.set(true);
            consumer.close();
        };
    }

    private static void fetch(
            PullConsumer consumer, MessageQueue queue, Consumer<byte[]> received, AtomicBoolean over) {
        consumer.fetchAsync(queue, WAIT).whenComplete((messages, failed) -> {
            if (over.get()) {
                return;
            }
            if (failed != null) {
                System.err.printf("no more of %s: %s%n", queue, failed);
                return;
            }
            for (ReceivedMessage message : messages) {
                received.accept(message.message().body());
            }
            fetch(consumer, queue, received, over);
        });
    }

    private AutoCloseable lease(Member member, Consumer<byte[]> received) {
        CloseStack receiving = new CloseStack();
        for (String topic : settings.topicNames()) {
            LeaseConsumer consumer = receiving.push(
                    client.leaseConsumer(member.group(), topic).readAhead().open());
            Semaphore unsettled = new Semaphore(UNSETTLED_ANSWERS);
            receiving.push(new Receiver(
                    "lease-" + topic + "-" + member.index(),
                    () -> leaseRound(consumer, unsettled, received),
                    () -> unsettled.acquireUninterruptibly(UNSETTLED_ANSWERS)));
        }
        return receiving;
    }

    /** What is acknowledged is not waited for, but for the last ones: with the next messages it shares the way. */
    private static void leaseRound(LeaseConsumer consumer, Semaphore unsettled, Consumer<byte[]> received)
            throws InterruptedException {
        List<LeasedMessage> leased = consumer.poll(LEASES, WAIT);
        if (leased.isEmpty()) {
            return;
        }
        for (LeasedMessage message : leased) {
            received.accept(message.message().message().body());
        }
        unsettled.acquire();
        consumer.ack(leased).whenComplete((results, failed) -> {
            unsettled.release();
            if (failed != null) {
                System.err.printf("%d messages were not acknowledged: %s%n", leased.size(), failed);
            }
        });
    }

    @Override
    public void close() {
        client.close();
    }
}
