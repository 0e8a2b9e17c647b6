package io.sluice.client.offset;

import io.sluice.client.read.QueueOffsets;
import io.sluice.model.GroupName;
import io.sluice.model.MessageQueue;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Where the offsets of a group are kept. Nothing here blocks. */
public interface OffsetHome extends AutoCloseable {
    /** Nothing is kept: every start is a first start. */
    OffsetHome NOWHERE = new OffsetHome() {
        @Override
        public CompletionStage<OptionalLong> find(MessageQueue queue) {
            return CompletableFuture.completedFuture(OptionalLong.empty());
        }

        @Override
        public CompletionStage<Void> store(MessageQueue queue, long offset) {
            return CompletableFuture.completedFuture(null);
        }
    };

    /** With the brokers, for the whole group. */
    static OffsetHome atBrokers(GroupName group, QueueOffsets offsets) {
        return new OffsetHome() {
            @Override
            public CompletionStage<OptionalLong> find(MessageQueue queue) {
                return offsets.committed(group, queue, true);
            }

            @Override
            public CompletionStage<Void> store(MessageQueue queue, long offset) {
                return offsets.store(group, queue, offset);
            }
        };
    }

    /** Empty on a first start. Fails when that cannot be found out. */
    CompletionStage<OptionalLong> find(MessageQueue queue);

    CompletionStage<Void> store(MessageQueue queue, long offset);

    /** Waits until what was given is stored. */
    @Override
    default void close() {}
}
