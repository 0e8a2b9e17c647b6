package io.sluice.mqtt.deliver;

import io.sluice.model.FilterExpression;
import io.sluice.mqtt.message.Delivery;
import io.sluice.mqtt.message.MessageMapping;
import io.sluice.mqtt.topic.MqttTopic;
import io.sluice.mqtt.topic.SharedFilter;
import io.sluice.mqtt.topic.TopicMapping;
import io.sluice.port.LeaseReader;
import io.sluice.port.LeaseReader.Lease;
import io.sluice.port.LeaseReader.LeaseRequest;
import io.sluice.port.LeaseReader.Leased;
import io.sluice.port.LeaseReader.Receipt;
import io.sluice.port.LeaseReader.Result;
import io.sluice.port.LeaseReader.Settled;
import io.sluice.port.LeaseReader.Settlement;
import io.sluice.port.LeaseReader.Start;
import io.sluice.port.Refusal;
import io.sluice.port.RefusedException;
import io.sluice.wire.message.MessageView;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The part of one shared subscription that sessions of this node have (MQTT-5.0 §4.8.2): a loop that leases messages of the
 * group, no more than the sessions together may hold, and hands each to one of them in turn.
 *
 * <p>A message is acknowledged in the log when its client has acknowledged it, extended while the client has it, and released
 * when the session ends. What the filter does not match is acknowledged at once, for the whole group has one filter.
 *
 * <p>One lock guards the state; the port is called outside of it, one lease and one settlement at a time. {@code turns} makes
 * a loop of stages that complete at once.
 */
final class SharedSubscription {
    private static final Logger log = LoggerFactory.getLogger(SharedSubscription.class);
    private static final Duration WAIT = Duration.ofSeconds(30);
    private static final int LEASE_BATCH = 64;
    private static final int SETTLE_BATCH = 256;

    private final SharedFilter shared;
    private final LeaseReader leases;
    private final int inFlightMax;
    private final Duration leaseFor;
    private final DeliveryReader reader;
    private final CompletableFuture<Void> begun = new CompletableFuture<>();
    private final AtomicInteger turns = new AtomicInteger();

    /** These all guarded by this object. */
    private final List<Member> members = new ArrayList<>();
    /** Leased, but no session has room for it. */
    private final ArrayDeque<Held> undelivered = new ArrayDeque<>();
    /** Leased and not settled: with a session, or undelivered. */
    private final Set<Held> open = new LinkedHashSet<>();

    private final ArrayDeque<Wish> wishes = new ArrayDeque<>();
    private int turn;
    private boolean leasing;
    /** The lease asked for last; {@code null} before the first. */
    private CompletableFuture<Leased> waiting;

    private boolean settling;
    private boolean ended;
    private boolean toldOfLack;
    /** After a failure nothing is asked until the next tick. */
    private boolean resting;

    private long extendedNanos = System.nanoTime();

    /** One session that takes part. */
    static final class Member {
        private final Inbox inbox;
        private final SubscriptionOptions options;
        /** These guarded by the subscription. */
        private boolean admitted;

        private int inFlight;

        Member(Inbox inbox, SubscriptionOptions options) {
            this.inbox = inbox;
            this.options = options;
        }

        private int room(int inFlightMax) {
            return admitted && inbox.hasRoom() ? Math.max(0, inFlightMax - inFlight) : 0;
        }
    }

    /** One leased message. Its receipt changes with every extension. */
    private final class Held implements Loan {
        /** Empty when no session shall have it. */
        private final Optional<Delivery> delivery;
        /** These guarded by the subscription. */
        private Receipt receipt;

        private Member member;

        Held(Optional<Delivery> delivery, Receipt receipt) {
            this.delivery = delivery;
            this.receipt = receipt;
        }

        @Override
        public void done() {
            settle(this, Kind.ACK);
        }

        @Override
        public void giveBack() {
            settle(this, Kind.RELEASE);
        }
    }

    /** What is to be told to the broker about one message; the receipt is looked up when it is told. */
    private record Wish(Held held, Kind kind) {}

    private enum Kind {
        ACK,
        RELEASE,
        EXTEND
    }

    SharedSubscription(
            SharedFilter shared, LeaseReader leases, int inFlightMax, Duration leaseFor, DeliveryReader reader) {
        this.shared = shared;
        this.leases = leases;
        this.inFlightMax = inFlightMax;
        this.leaseFor = leaseFor;
        this.reader = reader;
    }

    // ---- members ----

    /** Counts the session in; it gets messages when it is admitted. */
    synchronized void enter(Member member) {
        members.add(member);
    }

    void admit(Member member) {
        synchronized (this) {
            member.admitted = true;
        }
        pump();
    }

    /** Whether that was the last one: then the subscription gives back what it holds, and is over. */
    synchronized boolean leave(Member member) {
        member.admitted = false;
        members.remove(member);
        if (members.isEmpty()) {
            end();
        }
        return members.isEmpty();
    }

    synchronized int size() {
        return members.size();
    }

    /** Whether the broker has been told of everything that was leased. */
    synchronized boolean isSettled() {
        return open.isEmpty() && wishes.isEmpty() && !settling && !leasing;
    }

    /** Leases nothing more and gives back what no session has; {@link #pump} tells the broker. */
    synchronized void end() {
        ended = true;
        undelivered.forEach(held -> wish(held, Kind.RELEASE));
        undelivered.clear();
    }

    // ---- begin ----

    /** Completes when the group has its place in the topic, so that it gets every message stored from then on. */
    CompletionStage<Void> begun() {
        return begun;
    }

    /**
     * The first lease gives a new group its place at the end of the topic; a group that is known goes on where it was. A topic
     * that does not exist yet has no end: once it does, the group begins at its beginning.
     */
    void begin() {
        synchronized (this) {
            leasing = true;
        }
        lease(1, Duration.ZERO, Start.LAST).whenComplete((leased, failure) -> {
            if (failure != null && !isRefusal(failure, Refusal.NO_SUCH_TOPIC)) {
                begun.completeExceptionally(failure);
                return;
            }
            take(leased, failure);
            begun.complete(null);
        });
    }

    private CompletionStage<Leased> lease(int count, Duration wait, Start start) {
        return leases.lease(new LeaseRequest(
                shared.group(),
                TopicMapping.nativeTopic(shared.filter().firstLevel()),
                FilterExpression.ALL,
                FilterExpression.ALL,
                count,
                leaseFor,
                wait,
                start));
    }

    private static boolean isRefusal(Throwable failure, Refusal reason) {
        Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
        return cause instanceof RefusedException refused && refused.reason() == reason;
    }

    // ---- the loop ----

    /** Does whatever can be done now. */
    void pump() {
        if (turns.getAndIncrement() != 0) {
            return;
        }
        do {
            handOut();
            askForMore();
            askNoMore();
            tellBroker();
        } while (turns.decrementAndGet() > 0);
    }

    private synchronized void handOut() {
        while (!undelivered.isEmpty()) {
            Member taker = nextWithRoom();
            if (taker == null) {
                return;
            }
            Held held = undelivered.poll();
            held.member = taker;
            taker.inFlight++;
            Delivery delivery = held.delivery.orElseThrow();
            int qos = Math.min(taker.options.qos(), delivery.publication().qos());
            List<Integer> identifiers =
                    taker.options.identifier() > 0 ? List.of(taker.options.identifier()) : List.of();
            switch (taker.inbox.offer(new Inbox.Item(delivery, qos, identifiers, held))) {
                case TAKEN -> turn++;
                case DROPPED -> wish(held, Kind.ACK);
                case FULL, GONE -> {
                    taker.inFlight--;
                    held.member = null;
                    undelivered.addFirst(held);
                    return;
                }
            }
        }
    }

    private Member nextWithRoom() {
        for (int i = 0; i < members.size(); i++) {
            Member member = members.get(Math.floorMod(turn + i, members.size()));
            if (member.room(inFlightMax) > 0) {
                turn += i;
                return member;
            }
        }
        return null;
    }

    private void askForMore() {
        int count;
        synchronized (this) {
            int room = members.stream()
                    .mapToInt(member -> member.room(inFlightMax))
                    .sum();
            count = Math.min(LEASE_BATCH, room - undelivered.size());
            if (leasing || ended || resting || count <= 0) {
                return;
            }
            leasing = true;
        }
        CompletableFuture<Leased> asked = lease(count, WAIT, Start.FIRST).toCompletableFuture();
        asked.whenComplete(this::take);
        synchronized (this) {
            waiting = asked;
        }
    }

    /** A lease that is waited for would take messages from those who still share; one that comes anyhow is given back. */
    private void askNoMore() {
        CompletableFuture<Leased> asked;
        synchronized (this) {
            asked = ended ? waiting : null;
        }
        if (asked != null) {
            asked.cancel(false);
        }
    }

    private void take(Leased leased, Throwable failure) {
        synchronized (this) {
            leasing = false;
            resting = failure != null && !ended;
        }
        if (failure == null) {
            try (leased) {
                leased.leases().forEach(this::take);
            }
        } else {
            tell(failure);
        }
        pump();
    }

    /** A cluster without leases is told of once: a topic that came into being later has made this known only now. */
    private void tell(Throwable failure) {
        boolean isNews = false;
        if (isRefusal(failure, Refusal.NOT_SUPPORTED)) {
            synchronized (this) {
                isNews = !toldOfLack;
                toldOfLack = true;
            }
        }
        if (isNews) {
            log.warn("shared subscription {} gets nothing: {}", shared.group(), failure.getMessage());
        } else {
            log.debug("{} leases nothing now: {}", shared.group(), failure.toString());
        }
    }

    private void take(Lease lease) {
        MessageView view = MessageView.of(lease.slice());
        MqttTopic topic = MessageMapping.topicOf(view);
        Optional<Delivery> delivery = shared.filter().matches(topic) ? reader.read(view, topic) : Optional.empty();
        Held held = new Held(delivery, lease.receipt());
        synchronized (this) {
            open.add(held);
            if (delivery.isEmpty()) {
                wish(held, Kind.ACK);
            } else if (ended) {
                wish(held, Kind.RELEASE);
            } else {
                undelivered.add(held);
            }
        }
    }

    // ---- settling ----

    private void settle(Held held, Kind kind) {
        synchronized (this) {
            wish(held, kind);
        }
        pump();
    }

    /** The first wish that ends a loan counts. */
    private void wish(Held held, Kind kind) {
        if (kind == Kind.EXTEND || open.remove(held)) {
            wishes.add(new Wish(held, kind));
            if (kind != Kind.EXTEND && held.member != null) {
                held.member.inFlight--;
                held.member = null;
            }
        }
    }

    private void tellBroker() {
        List<Wish> told = new ArrayList<>();
        List<Settlement> settlements = new ArrayList<>();
        synchronized (this) {
            if (settling || resting || wishes.isEmpty()) {
                return;
            }
            while (told.size() < SETTLE_BATCH && !wishes.isEmpty()) {
                Wish wish = wishes.poll();
                told.add(wish);
                settlements.add(settlementOf(wish));
            }
            settling = true;
        }
        leases.settle(settlements).whenComplete((settled, failure) -> settled(told, settled, failure));
    }

    private Settlement settlementOf(Wish wish) {
        Receipt receipt = wish.held().receipt;
        return switch (wish.kind()) {
            case ACK -> new Settlement.Ack(receipt);
            case RELEASE -> new Settlement.Release(receipt, Duration.ZERO);
            case EXTEND -> new Settlement.Extend(receipt, leaseFor);
        };
    }

    private void settled(List<Wish> told, List<Settled> settled, Throwable failure) {
        synchronized (this) {
            settling = false;
            if (failure != null) {
                resting = true;
                for (int i = told.size() - 1; i >= 0; i--) {
                    wishes.addFirst(told.get(i));
                }
                log.debug("{} cannot settle now and tries again: {}", shared.group(), failure.toString());
                return;
            }
            for (int i = 0; i < told.size(); i++) {
                Wish wish = told.get(i);
                if (wish.kind() == Kind.EXTEND && settled.get(i).result() == Result.DONE) {
                    wish.held().receipt = settled.get(i).receipt();
                }
            }
        }
        pump();
    }

    // ---- time ----

    /** Called about once a second: ends a rest, and extends what is still open before its lease ends. */
    void tick(long nowNanos) {
        synchronized (this) {
            resting = false;
            if (nowNanos - extendedNanos >= leaseFor.toNanos() / 3) {
                extendedNanos = nowNanos;
                open.forEach(held -> wish(held, Kind.EXTEND));
            }
        }
        pump();
    }
}
