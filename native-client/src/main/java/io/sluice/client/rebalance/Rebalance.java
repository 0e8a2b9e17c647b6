package io.sluice.client.rebalance;

import io.sluice.client.link.ClientClock;
import io.sluice.client.link.ClusterLink;
import io.sluice.client.link.Listening;
import io.sluice.client.presence.Heartbeats;
import io.sluice.client.route.RouteCache;
import io.sluice.client.route.TopicRoute;
import io.sluice.model.GroupName;
import io.sluice.model.MessageQueue;
import io.sluice.model.TopicName;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds out, again and again, which queues of a group's topics are this member's, and tells the listener. A round asks for
 * each topic its route and the members of the group; what cannot be found out leaves the share as it was.
 *
 * <p>Owned by the client's clock: fields are touched there only. {@link #soon} may be called by any thread.
 */
public final class Rebalance implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Rebalance.class);
    public static final Duration PERIOD = Duration.ofSeconds(20);
    private static final Duration RETRY = Duration.ofSeconds(1);

    private final ClusterLink link;
    private final RouteCache routes;
    private final Heartbeats heartbeats;
    private final GroupMembers members;
    private final GroupName group;
    private final Set<TopicName> topics;
    private final Sharing sharing;
    private final ShareListener listener;
    private final List<Listening> listening = new CopyOnWriteArrayList<>();

    private boolean running;
    /** Whether somebody asked for a round while one was running. */
    private boolean again;
    /** Whether a retry is planned already. */
    private boolean retryPlanned;

    private volatile boolean closed;

    /** How a topic's queues are shared out. */
    public sealed interface Sharing {
        /** Every member takes all queues. */
        record Everything() implements Sharing {}

        /** Each queue has one owner. */
        record Among(Allocation allocation) implements Sharing {}
    }

    public Rebalance(
            ClusterLink link,
            RouteCache routes,
            Heartbeats heartbeats,
            GroupName group,
            Set<TopicName> topics,
            Sharing sharing,
            ShareListener listener) {
        this.link = link;
        this.routes = routes;
        this.heartbeats = heartbeats;
        this.members = new GroupMembers(link);
        this.group = group;
        this.topics = new TreeSet<>(topics);
        this.sharing = sharing;
        this.listener = listener;
    }

    /** Begins with a round; further ones follow every 20 s, and when members or routes change. */
    public void start() {
        ClientClock.Planned periodic = link.clock().every(Duration.ZERO, PERIOD, this::round);
        listening.add(periodic::cancel);
        listening.add(link.onMembersChanged(changed -> {
            if (changed.equals(group.value())) {
                soon();
            }
        }));
        listening.add(routes.onChange(topic -> {
            if (topics.contains(topic)) {
                soon();
            }
        }));
        listening.add(heartbeats.onReturn(this::soon));
    }

    /** Asks for a round; several wishes may be met by one. */
    public void soon() {
        link.clock().execute(this::round);
    }

    private void round() {
        if (closed) {
            return;
        }
        if (running) {
            again = true;
            return;
        }
        running = true;
        again = false;
        List<CompletableFuture<Boolean>> settled = new ArrayList<>();
        for (TopicName topic : topics) {
            settled.add(share(topic).toCompletableFuture());
        }
        CompletableFuture.allOf(settled.toArray(CompletableFuture[]::new))
                .whenCompleteAsync(
                        (done, never) -> finish(settled.stream().allMatch(CompletableFuture::join)), link.clock());
    }

    private void finish(boolean everythingFound) {
        running = false;
        if (closed) {
            return;
        }
        if (!everythingFound && !retryPlanned) {
            retryPlanned = true;
            link.clock().after(RETRY, () -> {
                retryPlanned = false;
                round();
            });
        }
        if (again) {
            round();
        }
    }

    /** Completes with whether the share could be found out; never fails. */
    private CompletionStage<Boolean> share(TopicName topic) {
        return routes.find(topic)
                .thenCompose(route -> route.isEmpty()
                        ? CompletableFuture.completedFuture(false)
                        : sharing instanceof Sharing.Among among
                                ? shareAmong(route.get(), among.allocation())
                                : take(route.get(), Set.copyOf(route.get().readable())))
                .exceptionally(failure -> {
                    log.debug("share of topic {} stays as it was: {}", topic, failure.toString());
                    return false;
                });
    }

    private CompletionStage<Boolean> shareAmong(TopicRoute route, Allocation allocation) {
        return members.of(group, route).exceptionally(nobodyKnown -> List.of()).thenCompose(ids -> {
            if (!ids.contains(link.clientId())) {
                // The broker has not heard of this member, or has forgotten it: the next round will find it.
                return heartbeats.beat().thenApply(told -> false);
            }
            return take(route, Set.copyOf(allocation.queuesOf(link.clientId(), ids, route.readable())));
        });
    }

    private CompletionStage<Boolean> take(TopicRoute route, Set<MessageQueue> queues) {
        CompletableFuture<Boolean> told = new CompletableFuture<>();
        link.clock().execute(() -> {
            if (!closed) {
                listener.shareIs(route.topic(), queues);
            }
            told.complete(true);
        });
        return told;
    }

    /** No round begins any more; the share stays as it is. */
    @Override
    public void close() {
        closed = true;
        listening.forEach(Listening::end);
    }
}
