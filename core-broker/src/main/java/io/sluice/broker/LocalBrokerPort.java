package io.sluice.broker;

import io.sluice.broker.offset.OffsetTable;
import io.sluice.model.Caller;
import io.sluice.model.GroupName;
import io.sluice.model.MessageQueue;
import io.sluice.port.BrokerPort;
import io.sluice.port.ConsumerOffsets;
import io.sluice.port.LeaseReader;
import io.sluice.port.MessageLookup;
import io.sluice.port.MessageWriter;
import io.sluice.port.QueueReader;
import io.sluice.port.Tails;
import io.sluice.port.TopicCatalog;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * The port of a broker in the same process: its services, side by side. Every caller sees everything. Closing it does
 * nothing: it ends with the {@link Broker}.
 */
record LocalBrokerPort(
        MessageWriter writer,
        QueueReader reader,
        LeaseReader leases,
        Tails tails,
        ConsumerOffsets offsets,
        TopicCatalog topics,
        MessageLookup lookup)
        implements BrokerPort {

    @Override
    public BrokerPort onBehalfOf(Caller caller) {
        return this;
    }

    @Override
    public void close() {
        // The broker belongs to whoever opened it.
    }

    /** The offset table, asked for one group and queue at a time. */
    record Offsets(OffsetTable table) implements ConsumerOffsets {
        @Override
        public CompletionStage<OptionalLong> committed(GroupName group, MessageQueue queue) {
            return CompletableFuture.completedFuture(table.committed(group, queue.topic(), queue.queueId()));
        }

        @Override
        public CompletionStage<Void> commit(GroupName group, MessageQueue queue, long nextOffset) {
            table.advance(group, queue.topic(), queue.queueId(), nextOffset);
            return CompletableFuture.completedFuture(null);
        }

        @Override
        public CompletionStage<Void> reset(GroupName group, MessageQueue queue, long nextOffset) {
            table.reset(group, queue.topic(), queue.queueId(), nextOffset);
            return CompletableFuture.completedFuture(null);
        }
    }
}
