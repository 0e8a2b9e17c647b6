package io.sluice.port;

import io.sluice.model.MessageQueue;
import io.sluice.model.TopicName;
import java.util.concurrent.CompletionStage;

/** Be told of each new record of a topic, from now on. */
public interface Tails {

    /**
     * Follows every queue of the topic from its present end. Queues added later are followed from their beginning.
     * A topic that does not exist yet is followed as soon as it does, from its beginning.
     */
    Tail follow(TopicName topic, TailListener listener);

    /** One following; closing ends it, after which the listener hears nothing more. */
    interface Tail extends AutoCloseable {

        /** Completes when every record stored from now on will reach the listener. */
        CompletionStage<Void> ready();

        @Override
        void close();
    }

    /** Receives records; calls for one queue never overlap and come in queue order. */
    interface TailListener {

        /**
         * @param records closed by the listener when it needs them no more
         * @return completes when the next records of this queue may come: the listener's way to slow the tail down
         */
        CompletionStage<Void> onRecords(MessageQueue queue, Records records);

        /** Records between the offsets were deleted before they could be read; the tail goes on behind them. */
        default void onGap(MessageQueue queue, long fromOffset, long toOffset) {}
    }
}
