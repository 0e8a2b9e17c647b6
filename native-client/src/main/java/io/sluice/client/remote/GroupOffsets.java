package io.sluice.client.remote;

import io.sluice.client.link.ClusterLink;
import io.sluice.client.read.Pulls;
import io.sluice.client.read.Pulls.Pull;
import io.sluice.client.read.QueueOffsets;
import io.sluice.client.route.BrokerAddresses;
import io.sluice.model.FilterExpression;
import io.sluice.model.GroupName;
import io.sluice.model.MessageQueue;
import io.sluice.port.Refusal;
import io.sluice.port.RefusedException;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Stores offsets of groups that may not exist yet: brokers of another make create a group when it reads, if they may. */
final class GroupOffsets {
    private GroupOffsets() {}

    static CompletionStage<Void> store(
            QueueOffsets offsets, Pulls pulls, GroupName group, MessageQueue queue, long offset) {
        return offsets.store(group, queue, offset)
                .handle((done, failure) -> failure == null ? null : ClusterLink.causeOf(failure))
                .thenCompose(cause -> {
                    if (cause == null) {
                        return CompletableFuture.<Void>completedFuture(null);
                    }
                    boolean missing =
                            cause instanceof RefusedException refused && refused.reason() == Refusal.NO_SUCH_GROUP;
                    return missing
                            ? read(pulls, group, queue, offset)
                                    .thenCompose(created -> offsets.store(group, queue, offset))
                            : CompletableFuture.<Void>failedFuture(cause);
                });
    }

    /** Completes when the broker has seen the group read; whether there was anything does not matter. */
    private static CompletionStage<Void> read(Pulls pulls, GroupName group, MessageQueue queue, long offset) {
        Pull pull = new Pull(
                queue,
                group,
                offset,
                1,
                1,
                FilterExpression.ALL,
                Duration.ZERO,
                true,
                0,
                OptionalLong.empty(),
                BrokerAddresses.PRIMARY_ID);
        return pulls.pull(pull).handle((pulled, failure) -> null);
    }
}
