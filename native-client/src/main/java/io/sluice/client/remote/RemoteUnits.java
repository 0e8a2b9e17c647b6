package io.sluice.client.remote;

import io.sluice.client.link.ClusterLink;
import io.sluice.client.route.BrokerAddresses;
import io.sluice.client.route.RouteCache;
import io.sluice.client.route.TopicRoute;
import io.sluice.model.Message;
import io.sluice.model.MessageQueue;
import io.sluice.model.PropertyNames;
import io.sluice.model.TopicName;
import io.sluice.port.LeaseReader.Receipt;
import io.sluice.port.LeaseReader.Settlement;
import io.sluice.port.Placement;
import io.sluice.port.Refusal;
import io.sluice.port.RefusedException;
import io.sluice.port.SendOutcome;
import io.sluice.port.UnitOfWork;
import io.sluice.port.UnitOutcome;
import io.sluice.port.UnitsOfWork;
import io.sluice.wire.body.Body;
import io.sluice.wire.body.SettleRequestBody.Settle;
import io.sluice.wire.body.UnitAnswerBody;
import io.sluice.wire.body.UnitRequestBody;
import io.sluice.wire.command.NoFields;
import io.sluice.wire.command.RequestCode;
import io.sluice.wire.frame.Frame;
import io.sluice.wire.message.MessageEncoder;
import io.sluice.wire.message.NewRecord;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Units of work over the wire. A unit goes to the broker that lent its leases; one without leases to a broker that has all its
 * topics, the same one each time for one id, so that a repeat is recognised. A unit with an id is tried again when the answer is
 * lost.
 */
public final class RemoteUnits implements UnitsOfWork {
    private static final String WHAT = "units of work";
    private static final int TRIES_MAX = 3;
    private static final Duration PAUSE = Duration.ofMillis(100);
    private static final InetSocketAddress NOBODY = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

    /** Ids whose end is not known; the oldest is forgotten when there are more. */
    private static final int UNDECIDED_MAX = 10_000;

    private final ClusterLink link;
    private final RouteCache routes;
    /** Where units went whose end is not known: only the same broker can tell whether they hold. Guarded by itself. */
    private final Map<String, String> undecided = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, String> eldest) {
            return size() > UNDECIDED_MAX;
        }
    };

    /** A broker that may take a unit. */
    private record Target(String brokerName, String address) {}

    public RemoteUnits(ClusterLink link, RouteCache routes) {
        this.link = link;
        this.routes = routes;
    }

    @Override
    public CompletionStage<UnitOutcome> commit(UnitOfWork unit) {
        Frame request;
        CompletionStage<String> chosen;
        try {
            request = request(unit);
            chosen = broker(unit);
        } catch (RefusedException refused) {
            return CompletableFuture.completedFuture(new UnitOutcome.Refused(refused.reason(), refused.getMessage()));
        }
        return chosen.thenCompose(
                        address -> ask(WHAT, address, request, unit.id().isEmpty() ? 1 : TRIES_MAX))
                .whenComplete((answer, failure) -> decided(unit.id(), failure))
                .handle(RemoteUnits::outcome);
    }

    /** A message with an idempotency key: the broker is the same one for each key, as long as the topic has the same brokers. */
    CompletionStage<SendOutcome> sendOnce(Message message, Placement placement) {
        String key = message.properties().get(PropertyNames.IDEMPOTENCY_KEY);
        String id = message.topic() + " " + key;
        return routes.forSending(message.topic())
                .thenCompose(route -> {
                    Optional<MessageQueue> queue = route.flatMap(found -> queueOf(found, placement));
                    CompletionStage<String> chosen = queue.isPresent()
                            ? primaryOf(queue.get().brokerName())
                            : target(List.of(message.topic()), id, key);
                    Placement there = queue.<Placement>map(found -> new Placement.Queue(found.queueId()))
                            .orElse(placement);
                    UnitOfWork single = new UnitOfWork("", List.of(new UnitOfWork.Send(message, there)), List.of());
                    return chosen.thenCompose(address -> ask(Capabilities.KEYS, address, request(single), TRIES_MAX));
                })
                .whenComplete((answer, failure) -> decided(id, failure))
                .handle(RemoteUnits::sent);
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

    private static SendOutcome sent(UnitAnswerBody answer, Throwable failure) {
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

    private CompletionStage<String> broker(UnitOfWork unit) {
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
        return target(topics, unit.id(), unit.id());
    }

    /**
     * The address of the broker for a unit, the same one each time as long as its end is not known.
     *
     * @param id  empty for a unit that nobody repeats
     * @param key by which units are spread
     */
    private CompletionStage<String> target(List<TopicName> topics, String id, String key) {
        Optional<String> before;
        synchronized (undecided) {
            before = Optional.ofNullable(undecided.get(id));
        }
        if (before.isPresent()) {
            return primaryOf(before.get());
        }
        return primaries(topics).thenApply(targets -> {
            Target chosen = choose(targets, key);
            if (!id.isEmpty()) {
                synchronized (undecided) {
                    undecided.put(id, chosen.brokerName());
                }
            }
            return chosen.address();
        });
    }

    private void decided(String id, Throwable failure) {
        boolean isUnknown = failure != null
                && (!(ClusterLink.causeOf(failure) instanceof RefusedException refused)
                        || refused.reason() == Refusal.UNAVAILABLE);
        if (!isUnknown) {
            synchronized (undecided) {
                undecided.remove(id);
            }
        }
    }

    private CompletionStage<String> primaryOf(String brokerName) {
        Optional<String> known = routes.primary(brokerName);
        if (known.isPresent()) {
            return CompletableFuture.completedFuture(known.get());
        }
        return routes.cluster().thenApply(brokers -> brokers.stream()
                .filter(broker -> brokerName.isEmpty() || broker.brokerName().equals(brokerName))
                .sorted(Comparator.comparing(BrokerAddresses::brokerName))
                .flatMap(broker -> broker.primary().stream())
                .findFirst()
                .orElseThrow(() -> new RefusedException(
                        Refusal.UNAVAILABLE,
                        "broker %s, which lent the leases of the unit of work, is away; try again later"
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

    private static Target choose(List<Target> targets, String key) {
        if (targets.isEmpty()) {
            throw new RefusedException(
                    Refusal.UNAVAILABLE, "no broker is there to take the unit of work; try again later");
        }
        return targets.get(Math.floorMod(key.hashCode(), targets.size()));
    }

    // ---- what is said

    static Frame request(UnitOfWork unit) {
        List<ByteBuffer> records = new ArrayList<>(unit.sends().size());
        List<String> placements = new ArrayList<>(unit.sends().size());
        for (UnitOfWork.Send send : unit.sends()) {
            records.add(MessageEncoder.encode(
                    NewRecord.of(send.message(), 0, NOBODY),
                    0,
                    0,
                    send.message().bornAtMs(),
                    NOBODY));
            placements.add(placement(send.placement()));
        }
        List<Settle> settlements =
                unit.settlements().stream().map(RemoteUnits::settle).toList();
        return ClusterLink.request(
                RequestCode.COMMIT_UNIT,
                new NoFields(),
                new UnitRequestBody(unit.id(), placements, settlements).with(records));
    }

    private static Settle settle(Settlement settlement) {
        return RemoteLeases.settle(
                settlement, ReceiptAddress.of(settlement.receipt()).receipt().handle());
    }

    private static String placement(Placement placement) {
        if (placement instanceof Placement.Queue queue) {
            return "q" + Math.max(0, queue.queueId());
        }
        if (placement instanceof Placement.ByShardingKey sharded) {
            return "k" + inBase64(sharded.key());
        }
        return placement instanceof Placement.Together together ? "t" + inBase64(together.key()) : "*";
    }

    private static String inBase64(String key) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(key.getBytes(StandardCharsets.UTF_8));
    }

    /** An answer that is lost is asked for again after a pause that grows: the broker knows what it has done. */
    private CompletionStage<UnitAnswerBody> ask(String what, String address, Frame request, int tries) {
        CompletableFuture<UnitAnswerBody> answered = new CompletableFuture<>();
        ask(what, address, request, tries, PAUSE, answered);
        return answered;
    }

    private void ask(
            String what,
            String address,
            Frame request,
            int tries,
            Duration pause,
            CompletableFuture<UnitAnswerBody> answered) {
        link.ask(what, address, request, link.config().requestTimeout())
                .thenApply(answer -> Body.of(UnitAnswerBody.class, answer))
                .whenComplete((answer, failure) -> {
                    Throwable cause = failure == null ? null : ClusterLink.causeOf(failure);
                    boolean isLost =
                            cause instanceof RefusedException refused && refused.reason() == Refusal.UNAVAILABLE;
                    if (isLost && tries > 1) {
                        link.clock()
                                .after(
                                        pause,
                                        () -> ask(what, address, request, tries - 1, pause.multipliedBy(2), answered),
                                        () -> answered.completeExceptionally(cause));
                    } else if (cause == null) {
                        answered.complete(answer);
                    } else {
                        // A try before this one may hold: then a refusal of this one is not the answer.
                        boolean isFirst = pause.equals(PAUSE);
                        answered.completeExceptionally(
                                isLost || isFirst
                                        ? cause
                                        : new RefusedException(
                                                Refusal.UNAVAILABLE,
                                                "an answer was lost, and asked again the broker said: "
                                                        + cause.getMessage()));
                    }
                });
    }

    // ---- what is answered

    private static UnitOutcome outcome(UnitAnswerBody answer, Throwable failure) {
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
        UnitOutcome.Committed committed = new UnitOutcome.Committed(
                answer.sent().stream()
                        .map(sent -> new SendOutcome.Stored(
                                new MessageQueue(new TopicName(sent.topic()), answer.brokerName(), sent.queueId()),
                                sent.logOffset(),
                                sent.queueOffset(),
                                sent.messageId(),
                                sent.recallHandle()))
                        .toList(),
                answer.repeat());
        return switch (answer.outcome()) {
            case COMMITTED -> committed;
            case IN_DOUBT -> new UnitOutcome.CommittedWithDoubt(committed, SendOutcome.Doubt.valueOf(answer.doubt()));
            case LEASES_OVER ->
                new UnitOutcome.LeasesOver(answer.over().stream()
                        .map(handle -> new ReceiptAddress(answer.brokerName(), new Receipt(handle)).toReceipt())
                        .toList());
        };
    }
}
