package io.sluice.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sluice.client.consume.ReceivedMessage;
import io.sluice.client.consume.StartAt;
import io.sluice.client.consume.Verdict;
import io.sluice.client.script.ScriptedCluster;
import io.sluice.client.script.ScriptedGroup;
import io.sluice.client.script.ScriptedServer.Asked;
import io.sluice.model.Message;
import io.sluice.wire.body.Body;
import io.sluice.wire.body.LockAnswer;
import io.sluice.wire.body.LockRequest;
import io.sluice.wire.body.QueueRef;
import io.sluice.wire.command.RequestCode;
import io.sluice.wire.frame.Frame;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Ordered consumption: one message of a queue after the other, by one member at a time. */
class OrderedConsumerTest {
    private ScriptedCluster cluster;
    private ScriptedGroup group;
    private SluiceClient client;
    /** Queues that another member has locked. */
    private final Set<Integer> foreign = ConcurrentHashMap.newKeySet();

    private final List<ReceivedMessage> seen = new CopyOnWriteArrayList<>();

    @BeforeEach
    void open() {
        cluster = new ScriptedCluster("broker-a").topic("Steps", 3).topic("%RETRY%line", 1);
        group = new ScriptedGroup(cluster.broker());
        cluster.broker()
                .on(RequestCode.LOCK_BATCH_MQ, this::lock)
                .on(RequestCode.UNLOCK_BATCH_MQ, asked -> Frame.answer(0, ""));
        client = SluiceClient.connect(cluster.nameServer().address());
    }

    @AfterEach
    void close() {
        client.close();
        cluster.close();
    }

    private Frame lock(Asked asked) {
        Set<QueueRef> granted = Body.fromJson(LockRequest.class, asked.body()).mqSet().stream()
                .filter(queue -> !foreign.contains(queue.queueId()))
                .collect(Collectors.toSet());
        return ScriptedCluster.answer(new LockAnswer(granted).toFrameBody());
    }

    private PushConsumer.Builder line() {
        return client.pushConsumer("line")
                .subscribe("Steps")
                .ordered()
                .startAt(StartAt.FIRST)
                .commitEvery(Duration.ofMillis(50))
                .orderedPause(Duration.ofMillis(20))
                .listener(message -> {
                    seen.add(message);
                    return Verdict.DONE;
                });
    }

    private void fill(int queueId, int from, int to) {
        IntStream.range(from, to).forEach(i -> group.put(Message.of("Steps", "m" + i), queueId));
    }

    private List<String> texts(int queueId) {
        return seen.stream()
                .filter(message -> message.queue().queueId() == queueId)
                .map(ReceivedMessage::text)
                .toList();
    }

    private static List<String> numbered(int count) {
        return IntStream.range(0, count).mapToObj(i -> "m" + i).toList();
    }

    @Test
    void eachQueueIsHandledInItsOrderAndNeverTwiceAtOnce() {
        IntStream.range(0, 3).forEach(id -> fill(id, 0, 100));
        Map<Integer, AtomicInteger> atOnce = new ConcurrentHashMap<>();
        AtomicInteger overlaps = new AtomicInteger();
        line().listener(message -> {
                    AtomicInteger inside =
                            atOnce.computeIfAbsent(message.queue().queueId(), fresh -> new AtomicInteger());
                    if (inside.incrementAndGet() > 1) {
                        overlaps.incrementAndGet();
                    }
                    seen.add(message);
                    inside.decrementAndGet();
                    return Verdict.DONE;
                })
                .start();
        await().until(() -> seen.size() == 300);
        assertThat(overlaps).hasValue(0);
        IntStream.range(0, 3).forEach(id -> assertThat(texts(id)).containsExactlyElementsOf(numbered(100)));
    }

    @Test
    void aFailedMessageIsTriedAgainBeforeTheNext() {
        fill(0, 0, 5);
        AtomicInteger failures = new AtomicInteger(3);
        line().listener(message -> {
                    seen.add(message);
                    boolean fail = message.text().equals("m2") && failures.getAndDecrement() > 0;
                    return fail ? Verdict.RETRY : Verdict.DONE;
                })
                .start();
        await().until(() -> Long.valueOf(5).equals(group.offset("Steps", 0)));
        assertThat(texts(0)).containsExactly("m0", "m1", "m2", "m2", "m2", "m2", "m3", "m4");
    }

    @Test
    void aMessageWithoutRetriesLeftIsGivenUpAndTheNextFollows() {
        cluster.broker().on(RequestCode.CONSUMER_SEND_MSG_BACK, asked -> Frame.answer(0, ""));
        fill(0, 0, 2);
        line().retriesMax(2)
                .listener(message -> {
                    seen.add(message);
                    return message.text().equals("m0") ? Verdict.RETRY : Verdict.DONE;
                })
                .start();
        await().until(() -> Long.valueOf(2).equals(group.offset("Steps", 0)));
        assertThat(texts(0)).containsExactly("m0", "m0", "m0", "m1");
        assertThat(cluster.broker().heard(RequestCode.CONSUMER_SEND_MSG_BACK))
                .singleElement()
                .satisfies(asked -> assertThat(asked.field("delayLevel")).isEqualTo("-1"));
    }

    @Test
    void aQueueIsReadOnlyWhileItsLockIsHeld() {
        foreign.add(1);
        fill(0, 0, 1);
        fill(1, 0, 1);
        PushConsumer consumer = line().start();
        await().until(() -> texts(0).size() == 1);
        assertThat(consumer.assignment())
                .noneMatch(queue -> queue.topic().value().equals("Steps") && queue.queueId() == 1);
        foreign.clear();
        await().until(() -> texts(1).size() == 1);
    }

    @Test
    void aLockThatIsLostStopsTheQueueUntilItIsThereAgain() {
        fill(0, 0, 3);
        PushConsumer consumer = line().lockRenewal(Duration.ofMillis(100)).start();
        await().until(() -> Long.valueOf(3).equals(group.offset("Steps", 0)));
        foreign.add(0);
        await().until(() -> consumer.assignment().stream()
                .noneMatch(queue -> queue.topic().value().equals("Steps") && queue.queueId() == 0));
        // What another member did meanwhile.
        fill(0, 3, 6);
        group.putOffset("Steps", 0, 5);
        foreign.clear();
        await().until(() -> texts(0).contains("m5"));
        assertThat(texts(0)).containsExactly("m0", "m1", "m2", "m5");
    }

    @Test
    void closingGivesTheLocksBack() {
        fill(0, 0, 1);
        PushConsumer consumer = line().start();
        await().until(() -> texts(0).size() == 1);
        consumer.close();
        await().until(() -> cluster.broker().heard(RequestCode.UNLOCK_BATCH_MQ).size() >= 3);
    }
}
