package io.sluice.client.remote;

import io.sluice.client.link.ClusterLink;
import io.sluice.client.read.Pulls;
import io.sluice.client.read.RecordSlices;
import io.sluice.client.route.BrokerAddresses;
import io.sluice.client.route.RouteCache;
import io.sluice.client.route.TopicRoute;
import io.sluice.model.FilterExpression;
import io.sluice.model.MessageQueue;
import io.sluice.port.Hold;
import io.sluice.port.LeaseReader;
import io.sluice.port.Refusal;
import io.sluice.port.RefusedException;
import io.sluice.wire.body.Body;
import io.sluice.wire.body.SettleAnswerBody;
import io.sluice.wire.body.SettleRequestBody;
import io.sluice.wire.body.SettleRequestBody.Kind;
import io.sluice.wire.body.SettleRequestBody.Settle;
import io.sluice.wire.command.LeaseCommands;
import io.sluice.wire.command.LeaseCommands.FilterType;
import io.sluice.wire.command.LeaseCommands.LeaseAnswer;
import io.sluice.wire.command.LeaseCommands.Lent;
import io.sluice.wire.command.LeaseCommands.TakeBack;
import io.sluice.wire.command.NoFields;
import io.sluice.wire.command.RequestCode;
import io.sluice.wire.frame.Frame;
import io.sluice.wire.frame.FrameBody;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Leases over the wire. One broker of the topic is asked and may hold the answer; several are asked in turn, first without
 * waiting, then for a short while each, so that a lease never takes more than was asked for. A broker of another make that does
 * not know the requests is asked by POP from then on.
 */
public final class RemoteLeases implements LeaseReader {
    private static final String WHAT = "leases";
    private static final Duration LONGEST_HOLD = Duration.ofSeconds(15);
    private static final Duration TURN = Duration.ofMillis(200);
    /** What comes back by time alone is found then, should a broker not tell of it. */
    private static final Duration LONGEST_NEWS = Duration.ofSeconds(2);

    private static final Duration FIRST_POP_PAUSE = Duration.ofMillis(5);
    private static final Duration NEW_TOPIC_PATIENCE = Duration.ofSeconds(3);

    private final ClusterLink link;
    private final RouteCache routes;
    private final PopLeases pops;
    /** Brokers of another make, by address: at most as many as the cluster has. */
    private final Set<String> popSpeakers = ConcurrentHashMap.newKeySet();

    private final AtomicInteger turn = new AtomicInteger();
    private final AtomicLong questions = new AtomicLong();

    public RemoteLeases(ClusterLink link, RouteCache routes) {
        this.link = link;
        this.routes = routes;
        this.pops = new PopLeases(link, routes);
    }

    // ---- lease ----

    @Override
    public CompletionStage<Leased> lease(LeaseRequest request) {
        Leasing leasing = new Leasing(request);
        route(request)
                .thenAccept(route -> {
                    List<String> addresses = readable(request, route);
                    Collections.rotate(addresses, turn.getAndIncrement());
                    leasing.begin(route, addresses);
                })
                .exceptionally(failure -> {
                    leasing.result.completeExceptionally(ClusterLink.causeOf(failure));
                    return null;
                });
        return leasing.result;
    }

    /** A retry or dead-letter topic may have come into being a moment ago, by a settlement of this very client. */
    private CompletionStage<TopicRoute> route(LeaseRequest request) {
        boolean mayBeNew = (request.topic().isDeadLetter() || request.topic().isRetry())
                && !request.maxWait().isZero();
        Duration patience =
                request.maxWait().compareTo(NEW_TOPIC_PATIENCE) < 0 ? request.maxWait() : NEW_TOPIC_PATIENCE;
        return routes.find(request.topic())
                .thenCompose(found -> found.isEmpty() && mayBeNew
                        ? routes.await(request.topic(), Optional::isPresent, patience)
                        : CompletableFuture.completedFuture(found))
                .thenApply(found -> found.orElseThrow(() -> new RefusedException(
                        Refusal.NO_SUCH_TOPIC, "topic %s does not exist; create it first".formatted(request.topic()))));
    }

    private static List<String> readable(LeaseRequest request, TopicRoute route) {
        List<String> addresses = new ArrayList<>();
        for (TopicRoute.Share share : route.shares()) {
            if (share.canRead()) {
                route.primary(share.brokerName()).ifPresent(addresses::add);
            }
        }
        if (addresses.isEmpty()) {
            boolean writeOnly = route.shares().stream().noneMatch(TopicRoute.Share::canRead);
            throw new RefusedException(
                    writeOnly ? Refusal.NOT_READABLE : Refusal.UNAVAILABLE,
                    "topic %s has no queue to lease from: it is write only, or the primaries of its brokers are away"
                            .formatted(request.topic()));
        }
        return addresses;
    }

    /** One call of {@link #lease}: its steps never overlap. Whoever asked may cancel the result. */
    private final class Leasing {
        private final LeaseRequest request;
        private final long deadlineNanos;
        private final CompletableFuture<Leased> result = new CompletableFuture<>();
        private final long question = questions.incrementAndGet();
        private TopicRoute route;
        private List<String> addresses = List.of();
        private int asked;
        private Duration popPause = FIRST_POP_PAUSE;
        /** Who holds the question now; empty when nobody does. */
        private volatile String holder = "";
        /** Why the last broker that refused did so; counts when none of a whole turn gave an answer. */
        private Throwable refusal;

        private int refusals;

        Leasing(LeaseRequest request) {
            this.request = request;
            this.deadlineNanos = System.nanoTime() + request.maxWait().toNanos();
            result.whenComplete((leased, failure) -> {
                if (result.isCancelled()) {
                    takeBack();
                }
            });
        }

        void begin(TopicRoute found, List<String> readable) {
            route = found;
            addresses = readable;
            ask();
        }

        private void takeBack() {
            String holding = holder;
            if (!holding.isEmpty()) {
                Frame request = ClusterLink.request(RequestCode.TAKE_BACK, new TakeBack(question), FrameBody.NONE);
                link.oneWay(holding, request).exceptionally(lost -> null);
            }
        }

        private void ask() {
            if (result.isDone()) {
                return;
            }
            Duration left = Duration.ofNanos(Math.max(0, deadlineNanos - System.nanoTime()));
            Duration hold = left.compareTo(longestHold()) < 0 ? left : longestHold();
            String address = addresses.get(asked % addresses.size());
            if (popSpeakers.contains(address)) {
                pop(address);
                return;
            }
            Frame frame = ClusterLink.request(RequestCode.LEASE, header(hold), FrameBody.NONE);
            CompletionStage<Frame> answered =
                    link.ask(WHAT, address, frame, hold.plus(link.config().requestTimeout()));
            holder = address;
            if (result.isCancelled()) {
                takeBack();
            }
            answered.thenApply(answer -> read(address, answer)).whenComplete((leased, failure) -> {
                holder = "";
                if (failure != null && isUnknownThere(ClusterLink.causeOf(failure))) {
                    popSpeakers.add(address);
                    ask();
                } else if (failure != null) {
                    refused(ClusterLink.causeOf(failure));
                } else if (leased.isEmpty()) {
                    next();
                } else if (!result.complete(leased)) {
                    giveBack(leased);
                }
            });
        }

        private boolean isUnknownThere(Throwable cause) {
            return cause instanceof RefusedException refused && refused.reason() == Refusal.NOT_SUPPORTED;
        }

        private void pop(String address) {
            pops.lease(request, route, brokerAt(address), address).whenComplete((leases, failure) -> {
                if (failure != null) {
                    refused(ClusterLink.causeOf(failure));
                } else if (!leases.isEmpty()) {
                    Leased leased = Leased.of(leases, Hold.NONE);
                    if (!result.complete(leased)) {
                        giveBack(leased);
                    }
                } else if (System.nanoTime() - deadlineNanos >= 0) {
                    next();
                } else {
                    awaitNews(address);
                }
            });
        }

        /**
         * Until the broker has something to pop, and no longer than it is good to wait there. A broker that answers at once, or
         * does not know the question, is asked again after a pause that grows.
         */
        private void awaitNews(String address) {
            long askedAtNanos = System.nanoTime();
            Duration left = Duration.ofNanos(Math.max(1, deadlineNanos - askedAtNanos));
            Duration longest = addresses.size() == 1 ? LONGEST_NEWS : TURN;
            pops.awaitNews(request, address, left.compareTo(longest) < 0 ? left : longest)
                    .whenComplete((news, failure) -> {
                        if (System.nanoTime() - askedAtNanos > TURN.toNanos() / 2) {
                            popPause = FIRST_POP_PAUSE;
                            next();
                            return;
                        }
                        popPause = popPause.multipliedBy(2).compareTo(TURN) < 0 ? popPause.multipliedBy(2) : TURN;
                        link.clock().after(popPause, this::next, () -> result.complete(Leased.NONE));
                    });
        }

        private String brokerAt(String address) {
            return route.shares().stream()
                    .map(TopicRoute.Share::brokerName)
                    .filter(name -> route.primary(name).filter(address::equals).isPresent())
                    .findFirst()
                    .orElse("");
        }

        private void giveBack(Leased leased) {
            settle(leased.leases().stream()
                    .<Settlement>map(lease -> new Settlement.Release(lease.receipt(), Duration.ZERO))
                    .toList());
            leased.close();
        }

        private Duration longestHold() {
            if (addresses.size() == 1) {
                return LONGEST_HOLD;
            }
            return asked < addresses.size() ? Duration.ZERO : TURN;
        }

        private void refused(Throwable cause) {
            refusal = cause;
            refusals++;
            boolean hopeless = cause instanceof RefusedException refused
                    && refused.reason() != Refusal.UNAVAILABLE
                    && refused.reason() != Refusal.OVERLOADED;
            if (hopeless || addresses.size() == 1) {
                routes.suspect(request.topic());
                result.completeExceptionally(cause);
            } else {
                next();
            }
        }

        private void next() {
            asked++;
            boolean wholeTurn = asked % addresses.size() == 0;
            if (wholeTurn && refusals == addresses.size()) {
                routes.suspect(request.topic());
                result.completeExceptionally(refusal);
            } else if (asked >= addresses.size() && System.nanoTime() - deadlineNanos >= 0) {
                result.complete(Leased.NONE);
            } else {
                refusals = wholeTurn ? 0 : refusals;
                ask();
            }
        }

        private LeaseCommands.Lease header(Duration hold) {
            return new LeaseCommands.Lease(
                    request.group().value(),
                    request.topic().value(),
                    typeOf(request.groupFilter()),
                    request.groupFilter().toString(),
                    typeOf(request.ownFilter()),
                    request.ownFilter().toString(),
                    request.maxMessages(),
                    request.leaseFor().toMillis(),
                    hold.toMillis(),
                    LeaseCommands.Start.valueOf(request.start().name()),
                    LeaseCommands.Ordering.valueOf(request.ordering().name()),
                    question,
                    true);
        }

        private Leased read(String address, Frame answer) {
            LeaseAnswer header = ClusterLink.header(answer, LeaseAnswer.class);
            List<Lent> lent = header.lent();
            List<ByteBuffer> slices = RecordSlices.of(answer, address);
            List<LeaseRun> runs = new ArrayList<>(lent.size());
            int taken = 0;
            for (Lent run : lent) {
                if (slices.size() - taken < run.records()) {
                    throw miscounted(address, lent, slices);
                }
                Receipt receipt = run.messages() == 0 ? new Receipt(run.receipt()) : new Receipt(run.receipt(), 0);
                runs.add(new LeaseRun(
                        new ReceiptAddress(header.brokerName(), receipt).toReceipt(),
                        new MessageQueue(request.topic(), header.brokerName(), run.queueId()),
                        slices.subList(taken, taken + run.records()),
                        run.records(),
                        run.attempt(),
                        run.leaseUntilMs()));
                taken += run.records();
            }
            if (taken < slices.size()) {
                throw miscounted(address, lent, slices);
            }
            return new Leased(runs, Hold.NONE);
        }

        private RefusedException miscounted(String address, List<Lent> lent, List<ByteBuffer> slices) {
            return new RefusedException(
                    Refusal.UNAVAILABLE,
                    "%s answered %d leases with %d records"
                            .formatted(
                                    address,
                                    lent.stream().mapToLong(Lent::records).sum(),
                                    slices.size()));
        }
    }

    private static FilterType typeOf(FilterExpression filter) {
        return FilterType.valueOf(Pulls.typeOf(filter));
    }

    // ---- settle ----

    @Override
    public CompletionStage<List<Settled>> settle(List<Settlement> settlements) {
        Settled[] answers = new Settled[settlements.size()];
        Map<String, List<Integer>> byBroker = new LinkedHashMap<>();
        List<ReceiptAddress> receipts = ReceiptAddress.ofAll(settlements);
        String last = null;
        List<Integer> ofLast = List.of();
        for (int i = 0; i < answers.length; i++) {
            String name = receipts.get(i).brokerName();
            if (!name.equals(last)) {
                last = name;
                ofLast = byBroker.computeIfAbsent(name, none -> new ArrayList<>());
            }
            ofLast.add(i);
            answers[i] = new Settled(settlements.get(i).receipt(), Result.NOT_A_RECEIPT, 0);
        }
        if (byBroker.isEmpty()) {
            return CompletableFuture.completedFuture(List.of());
        }
        return primaries(byBroker).thenCompose(primaries -> {
            List<CompletableFuture<?>> asked = new ArrayList<>();
            byBroker.forEach((broker, indexes) -> {
                if (broker.isEmpty()) {
                    asked.add(askAll(primaries, indexes, settlements, receipts, answers));
                } else if (primaries.containsKey(broker)) {
                    asked.add(ask(broker, primaries.get(broker), indexes, settlements, receipts, answers));
                }
            });
            return CompletableFuture.allOf(asked.toArray(CompletableFuture[]::new))
                    .thenApply(done -> List.copyOf(Arrays.asList(answers)));
        });
    }

    /** Addresses by broker name; the whole cluster is asked for only when a broker is not known from a route. */
    private CompletionStage<Map<String, String>> primaries(Map<String, List<Integer>> byBroker) {
        Map<String, String> known = new HashMap<>();
        for (String broker : byBroker.keySet()) {
            routes.primary(broker).ifPresent(address -> known.put(broker, address));
        }
        if (known.keySet().containsAll(byBroker.keySet())) {
            return CompletableFuture.completedFuture(known);
        }
        return routes.cluster().thenApply(brokers -> {
            Map<String, String> all = new LinkedHashMap<>();
            for (BrokerAddresses broker : brokers) {
                broker.primary().ifPresent(address -> all.put(broker.brokerName(), address));
            }
            // A broker that is away now is one all the same: its receipts are good when it is back.
            for (String broker : byBroker.keySet()) {
                routes.lastPrimary(broker).ifPresent(address -> all.putIfAbsent(broker, address));
            }
            return all;
        });
    }

    /** A receipt without a name is shown to one broker after the other, until one knows it. */
    private CompletableFuture<Void> askAll(
            Map<String, String> primaries,
            List<Integer> indexes,
            List<Settlement> settlements,
            List<ReceiptAddress> receipts,
            Settled[] answers) {
        CompletableFuture<Void> chain = CompletableFuture.completedFuture(null);
        for (Map.Entry<String, String> broker : primaries.entrySet()) {
            chain = chain.thenCompose(before -> {
                List<Integer> open = indexes.stream()
                        .filter(i -> answers[i].result() == Result.NOT_A_RECEIPT)
                        .toList();
                return open.isEmpty()
                        ? CompletableFuture.completedFuture(null)
                        : ask(broker.getKey(), broker.getValue(), open, settlements, receipts, answers);
            });
        }
        return chain;
    }

    /** Writes the broker's answers to their places. */
    private CompletableFuture<Void> ask(
            String broker,
            String address,
            List<Integer> indexes,
            List<Settlement> settlements,
            List<ReceiptAddress> receipts,
            Settled[] answers) {
        List<Integer> popped = indexes.stream()
                .filter(i -> PopReceipt.isOne(receipts.get(i).receipt().run()))
                .toList();
        if (!popped.isEmpty()) {
            List<Integer> others =
                    indexes.stream().filter(i -> !popped.contains(i)).toList();
            CompletableFuture<Void> settled = settlePopped(address, popped, settlements, receipts, answers);
            return others.isEmpty()
                    ? settled
                    : settled.thenCombine(
                            ask(broker, address, others, settlements, receipts, answers), (left, right) -> null);
        }
        if (popSpeakers.contains(address)) {
            // What another make gives out is marked, so these are no receipts of that broker.
            return CompletableFuture.completedFuture(null);
        }
        List<Settle> asked = inRuns(indexes, settlements, receipts);
        Frame request =
                ClusterLink.request(RequestCode.SETTLE, new NoFields(), new SettleRequestBody(asked).toFrameBody());
        return link.ask(WHAT, address, request, link.config().requestTimeout())
                .thenAccept(answer -> tell(broker, address, answer, indexes, settlements, answers))
                .toCompletableFuture();
    }

    /** Acknowledgements that come one after the other, of messages that were lent so, are one. */
    private static List<Settle> inRuns(
            List<Integer> indexes, List<Settlement> settlements, List<ReceiptAddress> receipts) {
        List<Settle> asked = new ArrayList<>();
        for (int at = 0; at < indexes.size(); ) {
            int i = indexes.get(at);
            Receipt first = receipts.get(i).receipt();
            int count = 1;
            while (isAckWithPlace(settlements.get(i), first)
                    && at + count < indexes.size()
                    && isAckWithPlace(settlements.get(indexes.get(at + count)), first)
                    && receipts.get(indexes.get(at + count)).receipt().equals(first.behind(count))) {
                count++;
            }
            asked.add(
                    count == 1
                            ? settle(settlements.get(i), first.handle())
                            : new Settle(Kind.ACK, first.handle(), 0, "", count));
            at += count;
        }
        return asked;
    }

    private static boolean isAckWithPlace(Settlement settlement, Receipt first) {
        return settlement instanceof Settlement.Ack && first.place() != Receipt.ALONE;
    }

    private static void tell(
            String broker,
            String address,
            Frame answer,
            List<Integer> indexes,
            List<Settlement> settlements,
            Settled[] answers) {
        List<SettleAnswerBody.Settled> told =
                Body.of(SettleAnswerBody.class, answer).settled();
        long count = told.stream().mapToLong(SettleAnswerBody.Settled::receipts).sum();
        if (count != indexes.size()) {
            throw new RefusedException(
                    Refusal.UNAVAILABLE, "%s answered %d of %d settlements".formatted(address, count, indexes.size()));
        }
        int at = 0;
        for (SettleAnswerBody.Settled some : told) {
            for (int i = 0; i < some.receipts(); i++) {
                int index = indexes.get(at++);
                answers[index] = settlements.get(index) instanceof Settlement.Extend
                        ? settled(broker, some)
                        : new Settled(
                                settlements.get(index).receipt(),
                                Result.valueOf(some.result().name()),
                                0);
            }
        }
    }

    /** Writes the answers to their places; an altered receipt keeps its own. */
    private CompletableFuture<Void> settlePopped(
            String address,
            List<Integer> indexes,
            List<Settlement> settlements,
            List<ReceiptAddress> receipts,
            Settled[] answers) {
        List<CompletableFuture<?>> asked = new ArrayList<>();
        for (int i : indexes) {
            PopReceipt.parse(receipts.get(i).receipt().handle())
                    .ifPresent(lease -> asked.add(
                            pops.settle(settlements.get(i), settlements.get(i).receipt(), lease, address)
                                    .thenAccept(settled -> answers[i] = settled)
                                    .toCompletableFuture()));
        }
        return CompletableFuture.allOf(asked.toArray(CompletableFuture[]::new));
    }

    private static Settled settled(String broker, SettleAnswerBody.Settled answer) {
        return new Settled(
                new ReceiptAddress(broker, new Receipt(answer.receipt())).toReceipt(),
                Result.valueOf(answer.result().name()),
                answer.leaseUntil());
    }

    /** The name of the broker that gave the receipt; empty when the receipt does not tell. */
    public static String brokerOf(Receipt receipt) {
        return ReceiptAddress.of(receipt).brokerName();
    }

    static Settle settle(Settlement settlement, String receipt) {
        if (settlement instanceof Settlement.Extend extend) {
            return new Settle(Kind.EXTEND, receipt, extend.leaseFor().toMillis(), "");
        }
        if (settlement instanceof Settlement.Release release) {
            return new Settle(Kind.RELEASE, receipt, release.delay().toMillis(), "");
        }
        if (settlement instanceof Settlement.GiveBack) {
            return new Settle(Kind.GIVE_BACK, receipt, 0, "");
        }
        if (settlement instanceof Settlement.Retry) {
            return new Settle(Kind.RETRY, receipt, 0, "");
        }
        if (settlement instanceof Settlement.Reject reject) {
            return new Settle(Kind.REJECT, receipt, 0, reject.reason());
        }
        return new Settle(Kind.ACK, receipt, 0, "");
    }
}
