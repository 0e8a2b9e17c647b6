package io.sluice.client.remote;

import io.sluice.client.read.Pulls;
import io.sluice.client.read.QueueOffsets;
import io.sluice.model.GroupName;
import io.sluice.model.MessageQueue;
import io.sluice.port.ConsumerOffsets;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * How far groups have read. The wire stores any offset it is told, so a commit looks first; two members of a group that
 * commit for one queue at the same moment can still move it back.
 */
final class RemoteOffsets implements ConsumerOffsets {
    private final QueueOffsets offsets;
    private final Pulls pulls;

    RemoteOffsets(QueueOffsets offsets, Pulls pulls) {
        this.offsets = offsets;
        this.pulls = pulls;
    }

    @Override
    public CompletionStage<OptionalLong> committed(GroupName group, MessageQueue queue) {
        return offsets.committed(group, queue, false);
    }

    @Override
    public CompletionStage<Void> commit(GroupName group, MessageQueue queue, long nextOffset) {
        return committed(group, queue)
                .thenCompose(stored -> stored.isPresent() && stored.getAsLong() >= nextOffset
                        ? CompletableFuture.completedFuture(null)
                        : GroupOffsets.store(offsets, pulls, group, queue, nextOffset));
    }

    @Override
    public CompletionStage<Void> reset(GroupName group, MessageQueue queue, long nextOffset) {
        return GroupOffsets.store(offsets, pulls, group, queue, nextOffset);
    }
}
