package io.sluice.client.remote;

import io.sluice.client.link.ClusterLink;
import io.sluice.client.route.BrokerAddresses;
import io.sluice.client.route.RouteCache;
import io.sluice.client.route.TopicRoute;
import io.sluice.model.Message;
import io.sluice.model.MessageQueue;
import io.sluice.model.PropertyNames;
import io.sluice.model.TopicName;
import io.sluice.port.DecisionOutcome;
import io.sluice.port.Placement;
import io.sluice.port.PrepareOutcome;
import io.sluice.port.PreparedPage;
import io.sluice.port.Refusal;
import io.sluice.port.RefusedException;
import io.sluice.port.SendOutcome;
import io.sluice.port.UnitOfWork;
import io.sluice.port.UnitOutcome;
import io.sluice.port.UnitsOfWork;
import io.sluice.wire.body.UnitAnswerBody;
import io.sluice.wire.command.RequestCode;
import io.sluice.wire.frame.Frame;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/**
 * Units of work over the wire. A unit goes to the broker that lent its leases; one without leases to a broker that has all its
 * topics, the same one each time for one id, so that a repeat is recognised. While its end is not known here that one only is
 * asked, and refusals say {@link Refusal#UNAVAILABLE} when it is away; who does not remember, because it was started anew, finds
 * the same broker as long as that is there. A unit with an id is tried again when the answer is lost.
 */
public final class RemoteUnits implements UnitsOfWork {
    private static final String WHAT = "units of work";

    /** Ids whose end is not known; the oldest is forgotten when there are more. */
    private static final int UNDECIDED_MAX = 10_000;

    private final RouteCache routes;
    private final UnitAsking asking;
    /** Where units went whose end is not known: only the same broker can tell whether they hold. Guarded by itself. */
    private final Map<String, String> undecided = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, String> eldest) {
            return size() > UNDECIDED_MAX;
        }
    };

    private final RemotePrepared prepared;

    /** A broker that may take a unit. */
    record Target(String brokerName, String address) {}

    public RemoteUnits(ClusterLink link, RouteCache routes) {
        this.routes = routes;
        this.asking = new UnitAsking(link);
        this.prepared = new RemotePrepared(routes, asking, this::broker);
    }

    @Override
    public CompletionStage<UnitOutcome> commit(UnitOfWork unit) {
        Frame request;
        CompletionStage<Target> chosen;
        try {
            request = UnitForm.request(RequestCode.COMMIT_UNIT, unit);
            chosen = broker(unit);
        } catch (RefusedException refused) {
            return CompletableFuture.completedFuture(new UnitOutcome.Refused(refused.reason(), refused.getMessage()));
        }
        return chosen.thenCompose(target -> {
                    prepared.learn(unit.id(), target.brokerName());
                    return unit.id().isEmpty()
                            ? asking.once(WHAT, target.address(), request)
                            : asking.again(WHAT, target.address(), request);
                })
                .whenComplete((answer, failure) -> {
                    decided(unit.id(), failure);
                    if (isKnown(failure) && answer.outcome() != UnitAnswerBody.Outcome.IN_DOUBT) {
                        prepared.forgetPlace(unit.id());
                    }
                })
                .handle(this::outcome);
    }

    /** A message with an idempotency key: the broker is the same one for each key, as long as the topic has the same brokers. */
    CompletionStage<SendOutcome> sendOnce(Message message, Placement placement) {
        String key = message.properties().get(PropertyNames.IDEMPOTENCY_KEY);
        String id = message.topic() + " " + key;
        return routes.forSending(message.topic())
                .thenCompose(route -> {
                    Optional<MessageQueue> queue = route.flatMap(found -> queueOf(found, placement));
                    CompletionStage<Target> chosen = target(
                            id,
                            () -> queue.isPresent()
                                    ? primaryOf(queue.get().brokerName())
                                    : primaries(List.of(message.topic())).thenApply(targets -> choose(targets, key)));
                    return chosen.thenCompose(target -> {
                        UnitOfWork single = new UnitOfWork(
                                "",
                                List.of(new UnitOfWork.Send(message, placeAt(target, queue, placement))),
                                List.of());
                        return asking.again(
                                Capabilities.KEYS, target.address(), UnitForm.request(RequestCode.COMMIT_UNIT, single));
                    });
                })
                .whenComplete((answer, failure) -> decided(id, failure))
                .handle(this::sent);
    }

    /** The queue that a send without an idempotency key goes to; empty when any will do, or there is none. */
    private static Optional<MessageQueue> queueOf(TopicRoute route, Placement placement) {
        List<MessageQueue> queues = route.writable();
        if (queues.isEmpty() || placement == Placement.ANY) {
            return Optional.empty();
        }
        if (placement instanceof Placement.Queue at) {
            return at.queueId() >= 0 && at.queueId() < queues.size()
                    ? Optional.of(queues.get(at.queueId()))
                    : Optional.empty();
        }
        String key = placement instanceof Placement.ByShardingKey sharded
                ? sharded.key()
                : ((Placement.Together) placement).key();
        return Optional.of(queues.get(Placement.queueFor(key, queues.size())));
    }

    /** The wish in words of one broker; what may be at another one than the queue is on now is a repeat, wherever it lies there. */
    private static Placement placeAt(Target target, Optional<MessageQueue> queue, Placement wish) {
        if (queue.isEmpty()) {
            return wish;
        }
        if (queue.get().brokerName().equals(target.brokerName())) {
            return new Placement.Queue(queue.get().queueId());
        }
        return wish instanceof Placement.Queue ? Placement.ANY : wish;
    }

    private SendOutcome sent(UnitAnswerBody answer, Throwable failure) {
        boolean isNotSupported = failure != null
                && ClusterLink.causeOf(failure) instanceof RefusedException refused
                && refused.reason() == Refusal.NOT_SUPPORTED;
        if (isNotSupported) {
            return new SendOutcome.Refused(
                    Refusal.NOT_SUPPORTED, ClusterLink.causeOf(failure).getMessage());
        }
        return outcome(answer, failure)
                .fold(
                        committed -> committed.sent().get(0),
                        doubt -> new SendOutcome.StoredWithDoubt(
                                doubt.committed().sent().get(0), doubt.doubt()),
                        over -> new SendOutcome.Refused(Refusal.UNAVAILABLE, "a send without leases found some over"),
                        refused -> new SendOutcome.Refused(refused.reason(), refused.remedy()));
    }

    // ---- where to

    private CompletionStage<Target> broker(UnitOfWork unit) {
        Set<String> lenders = new HashSet<>();
        unit.settlements()
                .forEach(settlement ->
                        lenders.add(ReceiptAddress.of(settlement.receipt()).brokerName()));
        if (lenders.size() > 1) {
            throw new RefusedException(
                    Refusal.NOT_SUPPORTED,
                    "the leases of this unit of work are of the brokers %s; a unit can only be on one"
                            .formatted(lenders));
        }
        if (lenders.size() == 1) {
            return primaryOf(lenders.iterator().next());
        }
        List<TopicName> topics = unit.sends().stream()
                .map(send -> send.message().topic())
                .distinct()
                .toList();
        return target(unit.id(), () -> primaries(topics).thenApply(targets -> choose(targets, unit.id())));
    }

    /**
     * The broker for a unit, the same one each time as long as its end is not known: fails with {@link Refusal#UNAVAILABLE} while
     * that one is away.
     *
     * @param id     empty for a unit that nobody repeats
     * @param choice of a broker when none is remembered
     */
    private CompletionStage<Target> target(String id, Supplier<CompletionStage<Target>> choice) {
        Optional<String> before;
        synchronized (undecided) {
            before = Optional.ofNullable(undecided.get(id));
        }
        if (before.isPresent()) {
            return primaryOf(before.get());
        }
        return choice.get().thenApply(chosen -> {
            if (!id.isEmpty()) {
                synchronized (undecided) {
                    undecided.put(id, chosen.brokerName());
                }
            }
            return chosen;
        });
    }

    private void decided(String id, Throwable failure) {
        if (isKnown(failure)) {
            synchronized (undecided) {
                undecided.remove(id);
            }
        }
    }

    /** Whether the failure of an answer, or {@code null}, leaves no doubt about the end of the unit. */
    private static boolean isKnown(Throwable failure) {
        return failure == null
                || ClusterLink.causeOf(failure) instanceof RefusedException refused
                        && refused.reason() != Refusal.UNAVAILABLE;
    }

    private CompletionStage<Target> primaryOf(String brokerName) {
        Optional<String> known = routes.primary(brokerName);
        if (known.isPresent()) {
            return CompletableFuture.completedFuture(new Target(brokerName, known.get()));
        }
        return routes.cluster().thenApply(brokers -> targets(brokers.stream()
                        .filter(broker ->
                                brokerName.isEmpty() || broker.brokerName().equals(brokerName))
                        .toList())
                .stream()
                .findFirst()
                .orElseThrow(() -> new RefusedException(
                        Refusal.UNAVAILABLE,
                        "broker %s, where the unit of work may be or its leases are, is away; try again later"
                                .formatted(brokerName))));
    }

    /** The primaries that may write to all of the topics, in the order of their names. */
    private CompletionStage<List<Target>> primaries(List<TopicName> topics) {
        List<CompletableFuture<Optional<TopicRoute>>> found = topics.stream()
                .map(topic -> routes.forSending(topic).toCompletableFuture())
                .toList();
        return CompletableFuture.allOf(found.toArray(CompletableFuture[]::new)).thenCompose(all -> {
            List<TopicRoute> known =
                    found.stream().flatMap(route -> route.join().stream()).toList();
            return known.isEmpty()
                    ? routes.cluster().thenApply(RemoteUnits::targets)
                    : CompletableFuture.completedFuture(common(known, topics));
        });
    }

    private static List<Target> targets(List<BrokerAddresses> brokers) {
        return brokers.stream()
                .sorted(Comparator.comparing(BrokerAddresses::brokerName))
                .flatMap(broker -> broker.primary().stream().map(address -> new Target(broker.brokerName(), address)))
                .toList();
    }

    private static List<Target> common(List<TopicRoute> routes, List<TopicName> topics) {
        List<Target> targets = routes.get(0).shares().stream()
                .map(TopicRoute.Share::brokerName)
                .sorted()
                .filter(name -> routes.stream().allMatch(route -> route.share(name)
                        .filter(TopicRoute.Share::canWrite)
                        .isPresent()))
                .flatMap(name -> routes.get(0).primary(name).stream().map(address -> new Target(name, address)))
                .toList();
        if (targets.isEmpty()) {
            throw new RefusedException(
                    Refusal.NOT_SUPPORTED,
                    "no broker has all the topics %s and may write to them; a unit of work can only be on one broker"
                            .formatted(topics));
        }
        return targets;
    }

    /** By rendezvous: brokers that come take their share of the keys, those that go leave theirs, all other keys stay. */
    static Target choose(List<Target> targets, String key) {
        return targets.stream()
                .max(Comparator.comparingLong(target -> weight(target.brokerName(), key)))
                .orElseThrow(() -> new RefusedException(
                        Refusal.UNAVAILABLE, "no broker is there to take the unit of work; try again later"));
    }

    /** Both hashes, mixed as SplitMix64 does. */
    private static long weight(String brokerName, String key) {
        long bits = (long) brokerName.hashCode() << 32 | key.hashCode() & 0xffff_ffffL;
        bits = (bits ^ bits >>> 30) * 0xbf58_476d_1ce4_e5b9L;
        bits = (bits ^ bits >>> 27) * 0x94d0_49bb_1331_11ebL;
        return bits ^ bits >>> 31;
    }

    // ---- what is answered

    private UnitOutcome outcome(UnitAnswerBody answer, Throwable failure) {
        if (failure != null) {
            Throwable cause = ClusterLink.causeOf(failure);
            boolean isAnswer = cause instanceof RefusedException refused
                    && refused.reason() != Refusal.UNAVAILABLE
                    && refused.reason() != Refusal.NOT_SUPPORTED;
            if (isAnswer) {
                return new UnitOutcome.Refused(((RefusedException) cause).reason(), cause.getMessage());
            }
            throw ClusterLink.unavailable(WHAT, failure);
        }
        UnitOutcome.Committed committed = new UnitOutcome.Committed(UnitForm.sent(answer), answer.repeat());
        committed
                .sent()
                .forEach(stored ->
                        routes.storedIn(stored.queue().topic(), stored.queue().brokerName()));
        return switch (answer.outcome()) {
            case COMMITTED -> committed;
            case IN_DOUBT -> new UnitOutcome.CommittedWithDoubt(committed, SendOutcome.Doubt.valueOf(answer.doubt()));
            case LEASES_OVER -> new UnitOutcome.LeasesOver(UnitForm.over(answer));
            default -> throw UnitForm.unexpected(answer);
        };
    }

    // ---- in two phases

    @Override
    public CompletionStage<PrepareOutcome> prepare(UnitOfWork unit) {
        return prepared.prepare(unit);
    }

    @Override
    public CompletionStage<DecisionOutcome> decide(String id, Decision decision) {
        return prepared.decide(id, decision, false);
    }

    @Override
    public CompletionStage<DecisionOutcome> decideByHand(String id, Decision decision) {
        return prepared.decide(id, decision, true);
    }

    @Override
    public CompletionStage<Boolean> forget(String id) {
        return prepared.forget(id);
    }

    @Override
    public CompletionStage<PreparedPage> prepared(String after, int limit) {
        return prepared.page(after, limit);
    }
}
