package io.sluice.gateway.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sluice.model.FilterExpression;
import io.sluice.model.Message;
import io.sluice.model.MessageQueue;
import io.sluice.model.TopicName;
import io.sluice.port.BrokerPort;
import io.sluice.port.Placement;
import io.sluice.port.QueueReader.FetchRequest;
import io.sluice.port.QueueReader.Fetched;
import io.sluice.port.SendOutcome;
import io.sluice.port.TopicCatalog.TopicSettings;
import io.sluice.wire.message.MessageView;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;

/** Numbered messages of one topic: those that a node acknowledged, held against those that it has after a fault. */
public final class AcknowledgedMessages {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int IN_FLIGHT_MAX = 256;
    private static final int QUEUES = 4;

    private final TopicName topic;
    private final String padding;
    /** Where each one is: its number to queue and offset. */
    private final Map<Integer, Place> acknowledged = new ConcurrentHashMap<>();

    private final AtomicReference<SendOutcome.Refused> refusal = new AtomicReference<>();
    private int nextNumber;

    private record Place(int queueId, long offset) {}

    /**
     * What became of them.
     *
     * @param lost           acknowledged and not there
     * @param reordered      behind a later one of its queue, or not at the place that was acknowledged
     * @param duplicated     there more than once
     * @param unacknowledged there without an acknowledgement: on their way when the fault came
     */
    public record Tally(int lost, int reordered, int duplicated, int unacknowledged) {
        public boolean isSound() {
            return lost + reordered + duplicated == 0;
        }

        @Override
        public String toString() {
            return "lost=%d reordered=%d duplicated=%d unacknowledged=%d"
                    .formatted(lost, reordered, duplicated, unacknowledged);
        }
    }

    /** @param bodyBytes length of every body, 16.. */
    public AcknowledgedMessages(String topic, int bodyBytes) {
        this.topic = new TopicName(topic);
        this.padding = "-".repeat(bodyBytes - 11);
    }

    public void createTopic(BrokerPort port) {
        result(port.topics().put(topic, TopicSettings.ofQueues(QUEUES)));
    }

    public int count() {
        return acknowledged.size();
    }

    /** Sends, many at a time, until it is over, and waits for every answer. */
    public void send(BrokerPort port, BooleanSupplier over) {
        Semaphore inFlight = new Semaphore(IN_FLIGHT_MAX);
        refusal.set(null);
        while (!over.getAsBoolean()) {
            inFlight.acquireUninterruptibly();
            int number = nextNumber++;
            send(port, number).whenComplete((outcome, failed) -> inFlight.release());
        }
        await().atMost(PATIENCE).until(() -> inFlight.availablePermits() == IN_FLIGHT_MAX);
    }

    /** Sends one more and waits for the outcome. */
    public SendOutcome sendOne(BrokerPort port) {
        return result(send(port, nextNumber++));
    }

    private CompletionStage<SendOutcome> send(BrokerPort port, int number) {
        byte[] body = "m-%09d%s".formatted(number, padding).getBytes(StandardCharsets.UTF_8);
        return port.writer()
                .send(Message.of(topic, body), new Placement.Queue(number % QUEUES))
                .whenComplete((outcome, failed) -> {
                    if (outcome instanceof SendOutcome.Stored stored) {
                        acknowledged.put(number, new Place(stored.queue().queueId(), stored.queueOffset()));
                    } else if (outcome instanceof SendOutcome.Refused refused) {
                        refusal.set(refused);
                    }
                });
    }

    /** How the last send that was turned down since {@link #send} began was. */
    public Optional<SendOutcome.Refused> refusal() {
        return Optional.ofNullable(refusal.get());
    }

    /** Reads the whole topic. */
    public Tally tally(BrokerPort port) {
        Set<Integer> found = new HashSet<>();
        int reordered = 0;
        int duplicated = 0;
        for (MessageQueue queue :
                result(port.topics().describe(topic)).orElseThrow().readable()) {
            long end = result(port.reader().range(queue)).max();
            long at = 0;
            int before = -1;
            while (at < end) {
                FetchRequest request = new FetchRequest(queue, at, 512, 1 << 20, FilterExpression.ALL, Duration.ZERO);
                try (Fetched fetched = result(port.reader().fetch(request))) {
                    assertThat(fetched.records().slices()).isNotEmpty();
                    for (ByteBuffer slice : fetched.records().slices()) {
                        MessageView view = MessageView.of(slice);
                        assertThat(view.queueOffset()).isEqualTo(at);
                        int number = numberOf(view);
                        Place place = new Place(queue.queueId(), at);
                        boolean moved =
                                !acknowledged.getOrDefault(number, place).equals(place);
                        reordered += number < before || moved ? 1 : 0;
                        duplicated += found.add(number) ? 0 : 1;
                        before = number;
                        at++;
                    }
                }
            }
        }
        int lost = (int) acknowledged.keySet().stream()
                .filter(number -> !found.contains(number))
                .count();
        return new Tally(lost, reordered, duplicated, found.size() + lost - acknowledged.size());
    }

    /**
     * Reads what can be read, from a log that has lost a part: each message once, in order, at the place that was acknowledged.
     *
     * @return how many of the acknowledged ones are there
     */
    public int countReadable(BrokerPort port) {
        Set<Integer> found = new HashSet<>();
        for (MessageQueue queue :
                result(port.topics().describe(topic)).orElseThrow().readable()) {
            long end = result(port.reader().range(queue)).max();
            long at = result(port.reader().range(queue)).min();
            int stuck = 0;
            while (at < end) {
                FetchRequest request =
                        new FetchRequest(queue, at, 512, 1 << 20, FilterExpression.ALL, Duration.ofSeconds(1));
                try (Fetched fetched = result(port.reader().fetch(request))) {
                    for (ByteBuffer slice : fetched.records().slices()) {
                        MessageView view = MessageView.of(slice);
                        int number = numberOf(view);
                        Place place = new Place(queue.queueId(), view.queueOffset());
                        assertThat(acknowledged.getOrDefault(number, place)).isEqualTo(place);
                        assertThat(found.add(number))
                                .as("message %d once", number)
                                .isTrue();
                    }
                    stuck = fetched.nextOffset() == at ? stuck + 1 : 0;
                    assertThat(stuck).as("reads of %s at %d", queue, at).isLessThan(100);
                    at = fetched.nextOffset();
                }
            }
        }
        found.retainAll(acknowledged.keySet());
        return found.size();
    }

    private int numberOf(MessageView view) {
        String body = new String(view.body(), StandardCharsets.UTF_8);
        assertThat(body).startsWith("m-").endsWith(padding);
        return Integer.parseInt(body.substring(2, 11));
    }

    private static <T> T result(CompletionStage<T> stage) {
        return stage.toCompletableFuture()
                .orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS)
                .join();
    }
}
