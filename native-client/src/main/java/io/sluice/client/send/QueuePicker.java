package io.sluice.client.send;

import io.sluice.model.MessageQueue;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;

/** Takes the queues of one topic in turn, from a random start; any thread. */
final class QueuePicker {
    private final AtomicInteger turn =
            new AtomicInteger(ThreadLocalRandom.current().nextInt());

    /**
     * The next queue whose broker is welcome; when none is, the next queue of all.
     *
     * @param queues  at least one
     * @param welcome whether a broker, by name, may be used
     */
    MessageQueue next(List<MessageQueue> queues, Predicate<String> welcome) {
        MessageQueue first = queues.get(Math.floorMod(turn.getAndIncrement(), queues.size()));
        MessageQueue queue = first;
        for (int tried = 0; tried < queues.size(); tried++) {
            if (welcome.test(queue.brokerName())) {
                return queue;
            }
            queue = queues.get(Math.floorMod(turn.getAndIncrement(), queues.size()));
        }
        return first;
    }
}
