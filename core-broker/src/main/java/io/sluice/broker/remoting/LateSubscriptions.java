package io.sluice.broker.remoting;

import io.sluice.broker.group.ConsumerGroup;
import io.sluice.broker.group.GroupRegistry;
import io.sluice.broker.group.Member;
import io.sluice.broker.group.Subscription;
import io.sluice.model.GroupName;
import io.sluice.transport.Peer;
import io.sluice.transport.PeerSlot;
import io.sluice.wire.body.Body;
import io.sluice.wire.body.ConsumerRunningInfo;
import io.sluice.wire.command.ConsumerCommands.GetConsumerRunningInfo;
import io.sluice.wire.command.RequestCode;
import io.sluice.wire.command.ResponseCode;
import io.sluice.wire.frame.Frame;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks a consumer what it wants when its pulls know a newer subscription than its heartbeats have told.
 *
 * <p>A client makes a new version of its subscription whenever its queues change, and tells it with a heartbeat. It leaves
 * that heartbeat out when another one is on its way at that moment, which is usual one second after a 5.x client has
 * started, and would then be refused every pull until the next heartbeat, half a minute later.
 *
 * <p>One question at a time for each connection and group; whoever does not answer one is not asked again. Used on the
 * connection's event loop.
 */
final class LateSubscriptions {
    private static final Logger log = LoggerFactory.getLogger(LateSubscriptions.class);
    private static final PeerSlot<Map<GroupName, CompletableFuture<Boolean>>> SLOT =
            PeerSlot.named("questions for subscriptions");
    private static final Duration TIMEOUT = Duration.ofSeconds(5);

    private final GroupRegistry registry;

    LateSubscriptions(GroupRegistry registry) {
        this.registry = registry;
    }

    /** Completes on the connection's event loop with whether something newer was learned; never fails. */
    CompletableFuture<Boolean> ask(GroupName group, Peer peer) {
        Map<GroupName, CompletableFuture<Boolean>> asked = peer.get(SLOT).orElseGet(() -> {
            Map<GroupName, CompletableFuture<Boolean>> made = new HashMap<>();
            peer.put(SLOT, made);
            return made;
        });
        CompletableFuture<Boolean> before = asked.get(group);
        if (before != null) {
            return before;
        }
        Optional<Member> member = memberAt(group, peer);
        if (member.isEmpty()) {
            return CompletableFuture.completedFuture(false);
        }
        CompletableFuture<Boolean> learned = new CompletableFuture<>();
        asked.put(group, learned);
        GetConsumerRunningInfo question =
                new GetConsumerRunningInfo(group.value(), member.get().clientId(), false);
        peer.call(Replies.COMMANDS.request(RequestCode.GET_CONSUMER_RUNNING_INFO, question), TIMEOUT)
                .thenApply(LateSubscriptions::read)
                .thenApply(wants -> {
                    asked.remove(group);
                    return registry.renew(group, wants);
                })
                .whenComplete((isNewer, failure) -> {
                    if (failure != null) {
                        log.debug("what client {} of group {} wants was not learned", peer, group, failure);
                    }
                    learned.complete(failure == null && isNewer);
                });
        return learned;
    }

    private Optional<Member> memberAt(GroupName group, Peer peer) {
        return registry.consumers(group).map(ConsumerGroup::members).orElse(List.of()).stream()
                .filter(member -> member.link() instanceof PeerLink link && link.peer() == peer)
                .findFirst();
    }

    private static List<Subscription> read(Frame answer) {
        if (answer.code() != ResponseCode.SUCCESS) {
            throw new IllegalStateException("answered %d: %s".formatted(answer.code(), answer.remark()));
        }
        return Body.of(ConsumerRunningInfo.class, answer).subscriptionSet().stream()
                .map(Subscriptions::subscription)
                .toList();
    }
}
