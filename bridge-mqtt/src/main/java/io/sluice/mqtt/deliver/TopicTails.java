package io.sluice.mqtt.deliver;

import io.sluice.model.TopicName;
import io.sluice.port.BrokerPort;
import io.sluice.port.Refusal;
import io.sluice.port.RefusedException;
import io.sluice.port.TopicCatalog.TopicDescription;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which native topics are followed, and for how many.
 *
 * <p>A topic is followed once, however many sessions want it, and let go with the last of them. While filters for every topic
 * are subscribed, all topics of applications are followed, and {@link #refresh} finds the new ones. One lock guards the
 * tables; the port is never called under it.
 */
final class TopicTails implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(TopicTails.class);
    private static final long LIST_TIMEOUT_MS = 10_000;

    private final BrokerPort port;
    private final int topicsMax;
    private final RecordSink sink;

    /** These all guarded by this object. */
    private final Map<TopicName, Use> uses = new HashMap<>();
    /** The share that the filters for every topic have in each topic, together. */
    private final Map<TopicName, Following> watched = new HashMap<>();

    private int watchers;
    /** Whether {@link #watched} has been filled since the first of the watchers came: what is found later is new. */
    private boolean listed;
    /** Whether the operator has been told that there are more topics than may be followed. */
    private boolean toldOfBound;

    private boolean closed;
    /** The listing in progress, after which the next one starts; never fails. */
    private CompletableFuture<Void> listing = CompletableFuture.completedFuture(null);

    /** One followed topic and how many follow it. */
    private static final class Use {
        final FollowedTopic followed;
        int count;

        Use(FollowedTopic followed) {
            this.followed = followed;
        }
    }

    TopicTails(BrokerPort port, int topicsMax, RecordSink sink) {
        this.port = port;
        this.topicsMax = topicsMax;
        this.sink = sink;
    }

    /** Follows the topic for one more. */
    Following acquire(TopicName topic) {
        Use use;
        boolean fresh;
        synchronized (this) {
            use = uses.get(topic);
            fresh = use == null;
            if (fresh) {
                if (closed || uses.size() >= topicsMax) {
                    return new Following(CompletableFuture.failedFuture(refusal(topic)), () -> {});
                }
                boolean newToWatchers = watchers > 0 && listed && !watched.containsKey(topic);
                use = new Use(new FollowedTopic(topic, port, sink, newToWatchers));
                uses.put(topic, use);
            }
            use.count++;
        }
        if (fresh) {
            use.followed.start();
        }
        Use shared = use;
        return new Following(shared.followed.ready(), () -> release(topic, shared));
    }

    private RefusedException refusal(TopicName topic) {
        return closed
                ? new RefusedException(Refusal.UNAVAILABLE, "the MQTT door is closing")
                : new RefusedException(
                        Refusal.OVERLOADED,
                        "topic %s is not followed: %d native topics are, and followedTopicsMax allows no more"
                                .formatted(topic, topicsMax));
    }

    private void release(TopicName topic, Use use) {
        synchronized (this) {
            if (--use.count > 0) {
                return;
            }
            uses.remove(topic, use);
        }
        use.followed.close();
    }

    /** Follows all topics of applications for one more. */
    Following watchAll() {
        synchronized (this) {
            watchers++;
        }
        return new Following(refresh(), this::unwatchAll);
    }

    private void unwatchAll() {
        List<Following> let = List.of();
        synchronized (this) {
            if (--watchers == 0) {
                let = List.copyOf(watched.values());
                watched.clear();
                listed = false;
                toldOfBound = false;
            }
        }
        let.forEach(Following::close);
    }

    boolean isWatching() {
        synchronized (this) {
            return watchers > 0 && !closed;
        }
    }

    /**
     * Lists the topics and follows those that are not followed yet. One listing at a time, so that an old answer never
     * undoes a newer one. Completes when all topics that were there are followed; fails when the listing does.
     */
    CompletionStage<Void> refresh() {
        CompletableFuture<Void> mine = new CompletableFuture<>();
        CompletableFuture<Void> before;
        synchronized (this) {
            before = listing;
            listing = mine.handle((done, failure) -> null);
        }
        before.whenComplete((done, never) -> port.topics()
                .list()
                .toCompletableFuture()
                .copy()
                .orTimeout(LIST_TIMEOUT_MS, TimeUnit.MILLISECONDS)
                .thenApply(this::adopt)
                .whenComplete((followed, failure) -> {
                    if (failure != null) {
                        mine.completeExceptionally(failure);
                    } else {
                        mine.complete(null);
                    }
                }));
        return mine.thenCompose(done -> allReady());
    }

    /** Takes a fresh list over: lets go what is gone, follows what is new. */
    private Void adopt(List<TopicDescription> present) {
        List<Following> gone = new ArrayList<>();
        List<TopicName> added = new ArrayList<>();
        List<FollowedTopic> behind = new ArrayList<>();
        synchronized (this) {
            if (!isWatching()) {
                return null;
            }
            Set<TopicName> names = new HashSet<>();
            present.forEach(topic -> names.add(topic.topic()));
            watched.entrySet().removeIf(entry -> {
                boolean isGone = !names.contains(entry.getKey());
                if (isGone) {
                    gone.add(entry.getValue());
                }
                return isGone;
            });
            names.stream().filter(name -> !watched.containsKey(name)).forEach(added::add);
            watched.keySet().forEach(name -> behind.add(uses.get(name).followed));
        }
        gone.forEach(Following::close);
        behind.forEach(FollowedTopic::catchUp);
        added.forEach(this::watch);
        synchronized (this) {
            listed = watchers > 0;
        }
        return null;
    }

    private void watch(TopicName topic) {
        Following following = acquire(topic);
        boolean wanted;
        synchronized (this) {
            wanted = isWatching() && watched.putIfAbsent(topic, following) == null;
        }
        if (!wanted) {
            following.close();
            return;
        }
        following.ready().whenComplete((done, failure) -> {
            if (failure != null) {
                unwatch(topic, following, failure);
            }
        });
    }

    /** The next listing finds the topic again, as a new one. */
    private void unwatch(TopicName topic, Following following, Throwable failure) {
        boolean tell;
        synchronized (this) {
            watched.remove(topic, following);
            tell = !toldOfBound;
            toldOfBound = true;
        }
        following.close();
        if (tell) {
            log.warn("not every topic reaches MQTT filters that begin with a wildcard: {}", failure.getMessage());
        }
    }

    /** Completes when the watched topics are ready; one that fails is taken care of by {@link #unwatch}. */
    private CompletionStage<Void> allReady() {
        List<Following> all;
        synchronized (this) {
            all = List.copyOf(watched.values());
        }
        return CompletableFuture.allOf(all.stream()
                .map(following ->
                        following.ready().handle((done, failure) -> null).toCompletableFuture())
                .toArray(CompletableFuture<?>[]::new));
    }

    int size() {
        synchronized (this) {
            return uses.size();
        }
    }

    /** Ends every following; shares may still be closed afterwards. */
    @Override
    public void close() {
        List<FollowedTopic> all = new ArrayList<>();
        synchronized (this) {
            closed = true;
            uses.values().forEach(use -> all.add(use.followed));
        }
        all.forEach(FollowedTopic::close);
    }
}
