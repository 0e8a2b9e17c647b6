package io.sluice.client.send;

import io.sluice.client.route.TopicRoute;
import io.sluice.model.MessageQueue;
import io.sluice.model.TopicName;
import io.sluice.port.Placement;
import io.sluice.port.Refusal;
import java.util.List;
import java.util.function.Predicate;

/** Finds the queue of one topic that a choice means. Any thread. */
final class QueueFinder {
    private final TopicName topic;
    private final QueuePicker picker = new QueuePicker();

    QueueFinder(TopicName topic) {
        this.topic = topic;
    }

    /**
     * The queue; without a wish the next one in turn.
     *
     * @param welcome which brokers, by name, may be used if the choice leaves it open
     * @throws SendFailedException when the route has no such queue
     */
    MessageQueue find(TopicRoute route, QueueChoice choice, Predicate<String> welcome) {
        List<MessageQueue> queues = route.writable();
        if (queues.isEmpty()) {
            throw Packing.refused(
                    Refusal.NOT_WRITABLE,
                    "topic %s has no queue to send to: it is read only, or the primaries of its brokers are away"
                            .formatted(topic));
        }
        if (choice instanceof QueueChoice.Exactly exactly) {
            if (!queues.contains(exactly.queue())) {
                throw noSuchQueue(exactly.queue().toString(), queues.size());
            }
            return exactly.queue();
        }
        if (choice instanceof QueueChoice.AtIndex at) {
            if (at.index() < 0 || at.index() >= queues.size()) {
                throw noSuchQueue(topic + "/" + at.index(), queues.size());
            }
            return queues.get(at.index());
        }
        if (choice instanceof QueueChoice.ByKey key) {
            return queues.get(Placement.queueFor(key.shardingKey(), queues.size()));
        }
        return picker.next(queues, welcome);
    }

    private static SendFailedException noSuchQueue(String queue, int count) {
        return Packing.refused(
                Refusal.NO_SUCH_QUEUE,
                "there is no queue %s; the topic has %d queues to send to".formatted(queue, count));
    }

    static SendFailedException noSuchTopic(TopicName topic) {
        return Packing.refused(
                Refusal.NO_SUCH_TOPIC,
                "topic %s does not exist and no broker creates topics that are sent to; create it first"
                        .formatted(topic));
    }
}
