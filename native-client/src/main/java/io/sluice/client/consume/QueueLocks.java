package io.sluice.client.consume;

import io.sluice.client.link.ClusterLink;
import io.sluice.client.route.RouteCache;
import io.sluice.model.MessageQueue;
import io.sluice.port.Refusal;
import io.sluice.port.RefusedException;
import io.sluice.wire.body.Body;
import io.sluice.wire.body.LockAnswer;
import io.sluice.wire.body.LockRequest;
import io.sluice.wire.body.QueueRef;
import io.sluice.wire.command.NoFields;
import io.sluice.wire.command.RequestCode;
import io.sluice.wire.frame.Frame;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;

/** Locks that keep the members of a group from reading one queue at the same time in ordered consumption; any thread. */
final class QueueLocks {
    private final ClusterLink link;
    private final RouteCache routes;
    private final String group;

    /** @param group under whose name the locks are held */
    QueueLocks(ClusterLink link, RouteCache routes, String group) {
        this.link = link;
        this.routes = routes;
        this.group = group;
    }

    /** Asks one broker; completes with those of the queues that are locked for this member now. */
    CompletionStage<Set<MessageQueue>> lock(String brokerName, Collection<MessageQueue> queues) {
        Optional<String> address = routes.primary(brokerName);
        if (address.isEmpty()) {
            return CompletableFuture.failedFuture(
                    new RefusedException(Refusal.UNAVAILABLE, "broker %s has no primary now".formatted(brokerName)));
        }
        return link.ask(
                        "locks of group " + group,
                        address.get(),
                        request(RequestCode.LOCK_BATCH_MQ, queues),
                        link.config().requestTimeout())
                .thenApply(answer -> Body.of(LockAnswer.class, answer).locked().stream()
                        .map(QueueRef::toQueue)
                        .collect(Collectors.toSet()));
    }

    /** Tells the broker that the queue may go to another member. */
    void unlock(MessageQueue queue) {
        routes.lastPrimary(queue.brokerName())
                .ifPresent(address -> link.oneWay(address, request(RequestCode.UNLOCK_BATCH_MQ, Set.of(queue)))
                        .exceptionally(lost -> null));
    }

    private Frame request(int code, Collection<MessageQueue> queues) {
        Set<QueueRef> refs = new LinkedHashSet<>();
        queues.forEach(queue -> refs.add(QueueRef.of(queue)));
        return ClusterLink.request(
                code, new NoFields(), new LockRequest(group, link.clientId(), refs, false).toFrameBody());
    }
}
