package io.sluice.client.rebalance;

import io.sluice.model.MessageQueue;
import io.sluice.model.TopicName;
import java.util.Set;

/** Is told which queues are this member's. */
@FunctionalInterface
public interface ShareListener {

    /** On the client's clock: these and no other queues of the topic are this member's from now on. */
    void shareIs(TopicName topic, Set<MessageQueue> queues);
}
