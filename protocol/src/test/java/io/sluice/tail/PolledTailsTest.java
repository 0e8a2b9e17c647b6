package io.sluice.tail;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.model.MessageQueue;
import io.sluice.model.TopicName;
import io.sluice.port.Hold;
import io.sluice.port.OffsetRange;
import io.sluice.port.QueueReader;
import io.sluice.port.Records;
import io.sluice.port.Refusal;
import io.sluice.port.RefusedException;
import io.sluice.port.Tails.Tail;
import io.sluice.port.Tails.TailListener;
import io.sluice.port.TopicCatalog;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

class PolledTailsTest {
    private static final TopicName TOPIC = new TopicName("orders");

    private final ScriptedBroker broker = new ScriptedBroker();
    private final Deque<Runnable> steps = new ArrayDeque<>();
    private final PolledTails tails =
            new PolledTails(broker, broker, (delay, step) -> steps.add(step), TailPace.IN_PROCESS);
    private final Heard heard = new Heard();

    @Test
    void whatWasStoredBeforeIsNotHeardAndWhatComesAfterIs() {
        broker.queues(2);
        broker.store(0, "old");
        Tail tail = tails.follow(TOPIC, heard);
        assertThat(tail.ready()).isCompleted();

        broker.store(0, "a");
        broker.store(1, "b");
        broker.store(0, "c");

        assertThat(heard.texts).containsExactly("0:a", "1:b", "0:c");
    }

    @Test
    void aTopicThatAppearsLaterIsHeardFromItsBeginning() {
        Tail tail = tails.follow(TOPIC, heard);
        assertThat(tail.ready()).isCompleted();

        broker.queues(1);
        broker.store(0, "first");
        later();

        assertThat(heard.texts).containsExactly("0:first");
    }

    @Test
    void aQueueAddedLaterIsHeardFromItsBeginning() {
        broker.queues(1);
        tails.follow(TOPIC, heard);
        broker.queues(2);
        broker.store(1, "early");
        later();
        broker.store(1, "late");

        assertThat(heard.texts).containsExactly("1:early", "1:late");
    }

    @Test
    void aListenerThatIsBusyIsNotToldMoreUntilItAsks() {
        broker.queues(1);
        CompletableFuture<Void> busy = new CompletableFuture<>();
        heard.answers.add(busy);
        tails.follow(TOPIC, heard);

        broker.store(0, "a");
        broker.store(0, "b");
        broker.store(0, "c");
        assertThat(heard.texts).containsExactly("0:a");

        busy.complete(null);
        assertThat(heard.texts).containsExactly("0:a", "0:b", "0:c");
    }

    @Test
    void aListenerThatThrowsHearsTheNextRecordsAndItsRecordsAreClosed() {
        broker.queues(1);
        heard.throwOnce = true;
        tails.follow(TOPIC, heard);

        broker.store(0, "a");
        broker.store(0, "b");

        assertThat(heard.texts).containsExactly("0:b");
        assertThat(broker.openHolds).isZero();
    }

    @Test
    void recordsDeletedBeforeTheyWereReadAreToldAsAGap() {
        broker.queues(1);
        CompletableFuture<Void> busy = new CompletableFuture<>();
        heard.answers.add(busy);
        tails.follow(TOPIC, heard);
        broker.store(0, "a");
        broker.store(0, "b");
        broker.store(0, "c");
        broker.deleteBelow(0, 2);

        busy.complete(null);

        assertThat(heard.texts).containsExactly("0:a", "gap 1..2", "0:c");
    }

    @Test
    void aQueueThatCannotBeReadForAWhileIsHeardWithoutLossAfterwards() {
        broker.queues(1);
        tails.follow(TOPIC, heard);
        broker.failure = new RefusedException(Refusal.UNAVAILABLE, "restarting");
        broker.store(0, "a");
        broker.store(0, "b");
        broker.failure = null;
        later();

        assertThat(heard.texts).containsExactly("0:a", "0:b");
    }

    @Test
    void aTopicThatIsDeletedAndComesBackIsHeardFromItsBeginning() {
        broker.queues(1);
        tails.follow(TOPIC, heard);
        broker.store(0, "a");
        broker.drop();
        later();
        broker.queues(1);
        broker.store(0, "again");
        later();

        assertThat(heard.texts).containsExactly("0:a", "0:again");
    }

    @Test
    void aClosedTailHearsNothingMoreAndLeavesNoFetchWaiting() {
        broker.queues(1);
        Tail tail = tails.follow(TOPIC, heard);
        tail.close();
        tail.close();
        broker.store(0, "a");
        later();

        assertThat(heard.texts).isEmpty();
        assertThat(broker.openHolds).isZero();
        assertThat(broker.waiting).isEmpty();
    }

    @Test
    void closingTheTailsEndsEveryTailAlsoLaterOnes() {
        broker.queues(1);
        tails.follow(TOPIC, heard);
        tails.close();
        tails.follow(TOPIC, heard);
        broker.store(0, "a");
        later();

        assertThat(heard.texts).isEmpty();
    }

    /** Runs what waits to be run later, but not what that asks for in turn. */
    private void later() {
        List<Runnable> due = List.copyOf(steps);
        steps.clear();
        due.forEach(Runnable::run);
    }

    private static final class Heard implements TailListener {
        final List<String> texts = new ArrayList<>();
        final Deque<CompletionStage<Void>> answers = new ArrayDeque<>();
        boolean throwOnce;

        @Override
        public CompletionStage<Void> onRecords(MessageQueue queue, Records records) {
            if (throwOnce) {
                throwOnce = false;
                throw new IllegalStateException("listener trips on purpose");
            }
            records.slices()
                    .forEach(slice ->
                            texts.add(queue.queueId() + ":" + StandardCharsets.UTF_8.decode(slice.duplicate())));
            records.close();
            return answers.isEmpty() ? CompletableFuture.completedFuture(null) : answers.poll();
        }

        @Override
        public void onGap(MessageQueue queue, long fromOffset, long toOffset) {
            texts.add("gap " + fromOffset + ".." + toOffset);
        }
    }

    /** One topic in memory; a fetch at the end of a queue waits until something is stored or it is cancelled. */
    private static final class ScriptedBroker implements QueueReader, TopicCatalog {
        final Map<Integer, TreeMap<Long, String>> stored = new TreeMap<>();
        final Map<FetchRequest, CompletableFuture<Fetched>> waiting = new LinkedHashMap<>();
        RefusedException failure;
        int openHolds;

        void queues(int count) {
            for (int id = 0; id < count; id++) {
                stored.putIfAbsent(id, new TreeMap<>());
            }
        }

        void store(int queueId, String text) {
            TreeMap<Long, String> queue = stored.get(queueId);
            queue.put(queue.isEmpty() ? 0 : queue.lastKey() + 1, text);
            answerWaiting();
        }

        void deleteBelow(int queueId, long offset) {
            stored.get(queueId).headMap(offset).clear();
        }

        void drop() {
            stored.clear();
            answerWaiting();
        }

        private void answerWaiting() {
            Map<FetchRequest, CompletableFuture<Fetched>> due = Map.copyOf(waiting);
            due.forEach((request, answer) -> {
                if (stored.isEmpty() || failure != null || end(request.queue().queueId()) > request.fromOffset()) {
                    waiting.remove(request);
                    fetch(request).whenComplete((fetched, failed) -> {
                        if (failed == null) {
                            answer.complete(fetched);
                        } else {
                            answer.completeExceptionally(failed);
                        }
                    });
                }
            });
        }

        private long end(int queueId) {
            TreeMap<Long, String> queue = stored.get(queueId);
            return queue.isEmpty() ? 0 : queue.lastKey() + 1;
        }

        private OffsetRange rangeOf(int queueId) {
            TreeMap<Long, String> queue = stored.get(queueId);
            return new OffsetRange(queue.isEmpty() ? 0 : queue.firstKey(), end(queueId));
        }

        @Override
        public CompletionStage<Fetched> fetch(FetchRequest request) {
            int queueId = request.queue().queueId();
            if (failure != null) {
                return CompletableFuture.failedFuture(failure);
            }
            if (!stored.containsKey(queueId)) {
                return CompletableFuture.failedFuture(new RefusedException(Refusal.NO_SUCH_TOPIC, "gone"));
            }
            OffsetRange range = rangeOf(queueId);
            long from = request.fromOffset();
            if (from < range.min()) {
                return CompletableFuture.completedFuture(
                        new Fetched(Status.BEFORE_RANGE, Records.NONE, range.min(), range));
            }
            if (from >= range.max()) {
                CompletableFuture<Fetched> parked = new CompletableFuture<>();
                waiting.put(request, parked);
                parked.whenComplete((answer, cancelled) -> waiting.remove(request, parked));
                return parked;
            }
            openHolds++;
            boolean[] held = {true};
            Hold hold = () -> {
                if (held[0]) {
                    held[0] = false;
                    openHolds--;
                }
            };
            ByteBuffer slice = ByteBuffer.wrap(stored.get(queueId).get(from).getBytes(StandardCharsets.UTF_8));
            return CompletableFuture.completedFuture(
                    new Fetched(Status.FOUND, new Records(List.of(slice), hold), from + 1, range));
        }

        @Override
        public CompletionStage<OffsetRange> range(MessageQueue queue) {
            return CompletableFuture.completedFuture(rangeOf(queue.queueId()));
        }

        @Override
        public CompletionStage<Long> offsetAt(MessageQueue queue, long storedAtEpochMs) {
            return CompletableFuture.failedFuture(new RefusedException(Refusal.NOT_SUPPORTED, "not in this script"));
        }

        @Override
        public CompletionStage<Optional<TopicDescription>> describe(TopicName topic) {
            if (stored.isEmpty()) {
                return CompletableFuture.completedFuture(Optional.empty());
            }
            List<MessageQueue> queues = stored.keySet().stream()
                    .map(id -> new MessageQueue(topic, "broker-a", id))
                    .toList();
            return CompletableFuture.completedFuture(
                    Optional.of(new TopicDescription(topic, TopicSettings.ofQueues(queues.size()), queues, queues)));
        }

        @Override
        public CompletionStage<List<TopicDescription>> list() {
            return CompletableFuture.completedFuture(List.of());
        }

        @Override
        public CompletionStage<TopicDescription> put(TopicName topic, TopicSettings settings) {
            return CompletableFuture.failedFuture(new RefusedException(Refusal.NOT_SUPPORTED, "not in this script"));
        }

        @Override
        public CompletionStage<Boolean> delete(TopicName topic) {
            return CompletableFuture.completedFuture(false);
        }
    }
}
