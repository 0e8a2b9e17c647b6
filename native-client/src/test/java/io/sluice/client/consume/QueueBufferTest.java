package io.sluice.client.consume;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.model.Message;
import io.sluice.model.MessageQueue;
import io.sluice.model.TopicName;
import io.sluice.wire.message.MessageEncoder;
import io.sluice.wire.message.MessageView;
import io.sluice.wire.message.NewRecord;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.stream.LongStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class QueueBufferTest {
    private static final MessageQueue QUEUE = new MessageQueue(new TopicName("T"), "broker-a", 0);
    private static final InetSocketAddress HOST = new InetSocketAddress("127.0.0.1", 10911);

    /** A record of 100 bytes. */
    private static ReceivedMessage at(long offset) {
        NewRecord record = NewRecord.of(Message.of(QUEUE.topic(), new byte[8]), 0, HOST);
        return ReceivedMessage.of(MessageView.of(MessageEncoder.encode(record, offset, offset * 100, 0, HOST)), QUEUE);
    }

    private static List<ReceivedMessage> range(long from, long to) {
        return LongStream.range(from, to).mapToObj(QueueBufferTest::at).toList();
    }

    @Test
    void theOffsetToStoreStaysAtTheOldestMessageThatIsNotSettled() {
        QueueBuffer buffer = new QueueBuffer(QUEUE, 5);
        List<ReceivedMessage> pulled = range(5, 8);
        buffer.accept(pulled, 8);
        buffer.settle(pulled.get(1));
        buffer.settle(pulled.get(2));
        assertThat(buffer.settledTo()).isEqualTo(5);
        buffer.settle(pulled.get(0));
        assertThat(buffer.settledTo()).isEqualTo(8);
    }

    @Test
    void entriesThatAFilterRejectedCountAsSettled() {
        QueueBuffer buffer = new QueueBuffer(QUEUE, 0);
        buffer.accept(List.of(), 40);
        assertThat(buffer.settledTo()).isEqualTo(40);
        assertThat(buffer.nextOffset()).isEqualTo(40);
    }

    @Test
    void aDroppedBufferTakesNothingAndDeliversNothing() {
        QueueBuffer buffer = new QueueBuffer(QUEUE, 0);
        List<ReceivedMessage> pulled = range(0, 2);
        buffer.accept(pulled, 2);
        buffer.drop();
        assertThat(buffer.accept(range(2, 4), 4)).isFalse();
        assertThat(buffer.begin(pulled.get(0), 0)).isFalse();
        assertThat(buffer.settle(pulled.get(0))).isFalse();
        assertThat(buffer.nextOffset()).isEqualTo(2);
    }

    @Test
    void whoeverWaitsForWhatIsBegunIsToldWhenTheBufferIsDropped() {
        QueueBuffer buffer = new QueueBuffer(QUEUE, 0);
        List<ReceivedMessage> pulled = range(0, 2);
        buffer.accept(pulled, 2);
        buffer.begin(pulled.get(0), 0);
        CompletableFuture<Void> finished = buffer.finishBegun().toCompletableFuture();
        assertThat(finished).isNotDone();
        buffer.drop();
        assertThat(finished).isCompleted();
        assertThat(buffer.end(pulled.get(0))).as("the verdict counts no more").isFalse();
    }

    @Test
    void roomEndsAtTheNumberTheBytesOrTheSpan() {
        QueueBuffer buffer = new QueueBuffer(QUEUE, 0);
        assertThat(buffer.hasRoom(1, 1, 1)).isTrue();
        List<ReceivedMessage> pulled = range(0, 10);
        buffer.accept(pulled, 10);
        assertThat(buffer.hasRoom(11, 1001, 10)).isTrue();
        assertThat(buffer.hasRoom(10, 1001, 10)).isFalse();
        assertThat(buffer.hasRoom(11, 1000, 10)).isFalse();
        assertThat(buffer.hasRoom(11, 1001, 9)).isFalse();
    }

    @Test
    void onlyMessagesThatAreWithTheListenerBecomeOverdue() {
        QueueBuffer buffer = new QueueBuffer(QUEUE, 0);
        List<ReceivedMessage> pulled = range(0, 3);
        buffer.accept(pulled, 3);
        buffer.begin(pulled.get(0), 1_000);
        buffer.begin(pulled.get(1), 5_000);
        assertThat(buffer.takeOverdue(6_500, 5_000, 16)).containsExactly(pulled.get(0));
        assertThat(buffer.takeOverdue(6_500, 5_000, 16)).as("once").isEmpty();
        assertThat(buffer.takeOverdue(60_000, 5_000, 1)).containsExactly(pulled.get(1));
    }

    @Test
    void aVerdictOnAMessageThatWasTakenBackCountsForNothing() {
        QueueBuffer buffer = new QueueBuffer(QUEUE, 0);
        List<ReceivedMessage> pulled = range(0, 2);
        buffer.accept(pulled, 2);
        buffer.begin(pulled.get(0), 0);
        buffer.begin(pulled.get(1), 0);
        buffer.takeOverdue(10, 5, 1);
        assertThat(buffer.end(pulled.get(0))).isFalse();
        assertThat(buffer.end(pulled.get(1))).isTrue();
        assertThat(buffer.settledTo())
                .as("it is held until it is safe elsewhere")
                .isZero();
    }

    @Test
    void aMessageThatCouldNotBePutElsewhereIsDeliveredAgainUnlessTheListenerStillHasIt() {
        QueueBuffer buffer = new QueueBuffer(QUEUE, 0);
        List<ReceivedMessage> pulled = range(0, 2);
        buffer.accept(pulled, 2);
        pulled.forEach(message -> buffer.begin(message, 0));
        buffer.takeOverdue(10, 5, 2);
        buffer.end(pulled.get(0));
        assertThat(buffer.keepOverdue(pulled.get(0), 10)).isTrue();
        assertThat(buffer.keepOverdue(pulled.get(1), 10)).isFalse();
        assertThat(buffer.end(pulled.get(1))).as("now it counts again").isTrue();
    }

    @Test
    void offsetsMayHaveGapsAndMessagesThatAreDoneTogetherAreForgottenTogether() {
        QueueBuffer buffer = new QueueBuffer(QUEUE, 0);
        List<ReceivedMessage> pulled = LongStream.range(0, 500)
                .map(i -> 3 * i)
                .mapToObj(QueueBufferTest::at)
                .toList();
        buffer.accept(pulled.subList(0, 200), 600);
        buffer.accept(pulled.subList(200, 500), 1500);
        assertThat(buffer.begin(pulled.subList(100, 300), 0)).isEqualTo(pulled.subList(100, 300));
        buffer.endDone(pulled.subList(100, 300));
        assertThat(buffer.settledTo()).isZero();
        buffer.endDone(pulled.subList(0, 100));
        assertThat(buffer.settledTo()).isEqualTo(900);
        assertThat(buffer.messagesHeld()).isEqualTo(200);
    }

    @Test
    void whatIsTakenBackOrGivenUpIsNotWantedAnyMore() {
        QueueBuffer buffer = new QueueBuffer(QUEUE, 0);
        List<ReceivedMessage> pulled = range(0, 3);
        buffer.accept(pulled, 3);
        int mark = buffer.mark();
        buffer.begin(pulled, 0);
        assertThat(pulled).allMatch(message -> buffer.isWanted(message, mark));
        buffer.takeOverdue(10, 5, 1);
        assertThat(buffer.isWanted(pulled.get(0), mark)).isFalse();
        assertThat(buffer.isWanted(pulled.get(1), mark)).isTrue();
        buffer.endDone(pulled);
        assertThat(buffer.settledTo()).as("held until it is safe elsewhere").isZero();
        buffer.stopDelivery();
        assertThat(buffer.isWanted(pulled.get(1), mark)).isFalse();
    }

    @Test
    void aQueueThatIsGivenUpFinishesWhatLiesBeforeTheLastMessageBegun() {
        QueueBuffer buffer = new QueueBuffer(QUEUE, 0);
        List<ReceivedMessage> pulled = range(0, 4);
        buffer.accept(pulled, 4);
        buffer.begin(pulled.get(2), 0);

        CompletableFuture<Void> finished = buffer.finishBegun().toCompletableFuture();

        assertThat(buffer.begin(pulled.get(3), 0)).as("behind it").isFalse();
        assertThat(buffer.begin(pulled.get(0), 0)).as("before it").isTrue();
        assertThat(buffer.begin(pulled.get(1), 0)).isTrue();
        assertThat(buffer.accept(range(4, 5), 5)).isFalse();
        buffer.endDone(List.of(pulled.get(2), pulled.get(0)));
        assertThat(finished).isNotDone();
        buffer.settle(pulled.get(1));
        assertThat(finished).isDone();
        assertThat(buffer.settledTo()).isEqualTo(3);
    }

    @Test
    void aQueueOfWhichNothingIsBegunIsGivenUpAtOnce() {
        QueueBuffer buffer = new QueueBuffer(QUEUE, 7);
        buffer.accept(range(7, 9), 9);

        assertThat(buffer.finishBegun().toCompletableFuture()).isDone();
        assertThat(buffer.settledTo()).isEqualTo(7);
    }

    @Property(tries = 100)
    void whateverTheOrderTheOffsetToStoreNeverPassesAMessageInHand(
            @ForAll @IntRange(min = 1, max = 60) int count, @ForAll long seed) {
        QueueBuffer buffer = new QueueBuffer(QUEUE, 0);
        List<ReceivedMessage> pulled = range(0, count);
        buffer.accept(pulled, count);
        List<ReceivedMessage> order = new ArrayList<>(pulled);
        Collections.shuffle(order, new Random(seed));
        TreeSet<Long> open = new TreeSet<>(LongStream.range(0, count).boxed().toList());
        for (ReceivedMessage message : order) {
            buffer.settle(message);
            open.remove(message.queueOffset());
            assertThat(buffer.settledTo()).isEqualTo(open.isEmpty() ? count : open.first());
        }
        assertThat(buffer.messagesHeld()).isZero();
    }
}
