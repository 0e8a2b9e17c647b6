package io.sluice.client;

import io.sluice.client.intercept.InterceptedBatch;
import io.sluice.client.intercept.SendInterceptor;
import io.sluice.client.link.Waiting;
import io.sluice.client.send.SendFailedException;
import io.sluice.client.send.Sender;
import io.sluice.client.send.Sent;
import io.sluice.model.Message;
import io.sluice.model.PropertyNames;
import io.sluice.port.LeaseReader.Settlement;
import io.sluice.port.Placement;
import io.sluice.port.Refusal;
import io.sluice.port.RefusedException;
import io.sluice.port.SendOutcome.Doubt;
import io.sluice.port.UnitOfWork;
import io.sluice.port.UnitOutcome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;

/**
 * Sends and settlements of leased messages that hold together or not at all: work that consumes here and produces there. What
 * is gathered costs the cluster nothing until {@link #commit}. Confined to one thread; committed once.
 *
 * <pre>{@code
 * for (LeasedMessage order : orders.poll(10, Duration.ofSeconds(20))) {
 *     UnitOutcome outcome = producer.unit("bill-" + order.message().uniqueKey())
 *             .send(Message.of("Bills", bill(order.text())))
 *             .ack(order)
 *             .commit();
 *     if (outcome instanceof UnitOutcome.LeasesOver) {
 *         // It took too long: somebody else has the order, and nothing was sent.
 *     }
 * }
 * }</pre>
 *
 * <p>A unit with an id is committed once however often it is tried, within the window of the broker (an hour unless configured
 * otherwise): whoever does not know how it ended commits a unit of the same id, messages and settlements again, and is told the
 * first result. Everything of a unit lies on one broker: the one that lent its leases, which must have the topics sent to.
 *
 * <p>Only that broker knows the id. A unit without leases has its broker chosen by its id among those present: a client that does not
 * know how it ended asks that broker alone, and refuses with {@link Refusal#UNAVAILABLE} while it is away. Another client, or one
 * that was started since, remembers nothing: it must wait until all brokers are back before it repeats such a unit, else the unit may
 * be done on a second broker, too.
 */
public final class WorkUnit {
    private final ClientCore core;
    private final List<SendInterceptor> interceptors;
    private final String id;
    private final List<Message> messages = new ArrayList<>();
    private final List<Placement> placements = new ArrayList<>();
    private final List<Settlement> settlements = new ArrayList<>();
    private boolean committed;

    /** @param id empty when it has none */
    WorkUnit(ClientCore core, List<SendInterceptor> interceptors, String id) {
        this.core = core;
        this.interceptors = interceptors;
        this.id = id;
    }

    /** Stores the message in a queue that the broker chooses. At most {@value UnitOfWork#SENDS_MAX} messages in a unit. */
    public WorkUnit send(Message message) {
        return send(message, Placement.ANY);
    }

    /**
     * Stores the message in the queue of the key. The key chooses among the queues that the topic has on the broker of the unit,
     * so equal keys meet in one queue across units and single sends when the topic is on one broker.
     */
    public WorkUnit send(Message message, String shardingKey) {
        return send(message, new Placement.ByShardingKey(shardingKey));
    }

    private WorkUnit send(Message message, Placement placement) {
        messages.add(message);
        placements.add(placement);
        return this;
    }

    /** The message is done: its group never sees it again. */
    public WorkUnit ack(LeasedMessage message) {
        return settle(new Settlement.Ack(message.receipt()));
    }

    /** Gives the message back, to be lent again after the delay. */
    public WorkUnit release(LeasedMessage message, Duration delay) {
        return settle(new Settlement.Release(message.receipt(), delay));
    }

    /** The message failed: gives it back, to be lent again after the delay that the settings of the group name. */
    public WorkUnit retry(LeasedMessage message) {
        return settle(new Settlement.Retry(message.receipt()));
    }

    /** Gives the message up: to the dead-letter topic of its group. */
    public WorkUnit reject(LeasedMessage message, String reason) {
        return settle(new Settlement.Reject(message.receipt(), reason));
    }

    private WorkUnit settle(Settlement settlement) {
        settlements.add(settlement);
        return this;
    }

    /**
     * Commits and waits. An answer that is lost is asked for again when the unit has an id.
     *
     * @throws RefusedException with {@link Refusal#NOT_SUPPORTED} when the cluster has no units of work, with
     *     {@link Refusal#UNAVAILABLE} when nobody knows whether the unit holds
     * @throws IllegalStateException when the unit was committed before
     */
    public UnitOutcome commit() {
        return Waiting.forResult(core.link(), "committing", this::commitAsync);
    }

    /** As {@link #commit}, without waiting; what that throws, the stage fails with. */
    public CompletionStage<UnitOutcome> commitAsync() {
        if (committed) {
            throw new IllegalStateException(
                    "the unit of work '%s' was committed before; make another one".formatted(id));
        }
        committed = true;
        CompletableFuture<UnitOutcome> outcome = new CompletableFuture<>();
        try {
            if (interceptors.isEmpty() || messages.isEmpty()) {
                store(messages, outcome);
            } else {
                CompletableFuture<UnitOutcome> answered = new CompletableFuture<>();
                new InterceptedBatch(interceptors)
                        .send(messages, through -> store(through, answered))
                        .whenComplete((sent, failure) -> {
                            if (failure != null) {
                                // Only an interceptor can have failed what the broker has answered: that stays.
                                answered.completeExceptionally(failure);
                            }
                            // Not before the interceptors have been told.
                            relay(answered, outcome);
                        });
            }
        } catch (RuntimeException refused) {
            outcome.completeExceptionally(refused);
        }
        return outcome;
    }

    private static void relay(CompletableFuture<UnitOutcome> answered, CompletableFuture<UnitOutcome> outcome) {
        answered.whenComplete((ended, failure) -> {
            if (failure == null) {
                outcome.complete(ended);
            } else {
                outcome.completeExceptionally(failure);
            }
        });
    }

    private CompletionStage<List<Sent>> store(List<Message> last, CompletableFuture<UnitOutcome> outcome) {
        List<Message> named = last.stream().map(this::named).toList();
        List<UnitOfWork.Send> sends = IntStream.range(0, named.size())
                .mapToObj(i -> new UnitOfWork.Send(named.get(i), placements.get(i)))
                .toList();
        return core.units()
                .commit(new UnitOfWork(id, sends, settlements))
                .whenComplete((ended, failure) -> {
                    if (failure == null) {
                        outcome.complete(ended);
                    } else {
                        outcome.completeExceptionally(failure);
                    }
                })
                .thenApply(ended -> sent(named, ended));
    }

    private Message named(Message message) {
        return message.properties().has(PropertyNames.UNIQUE_KEY)
                ? message
                : message.withProperty(PropertyNames.UNIQUE_KEY, core.keys().next());
    }

    /** What interceptors are told of each message. */
    private static List<Sent> sent(List<Message> messages, UnitOutcome outcome) {
        return outcome.fold(
                held -> sent(messages, held, Optional.empty()),
                doubt -> sent(messages, doubt.committed(), Optional.of(doubt.doubt())),
                over -> {
                    throw notSent(Refusal.ILLEGAL_ARGUMENT, "the unit of work settles leases that are over");
                },
                refused -> {
                    throw notSent(refused.reason(), refused.remedy());
                });
    }

    private static SendFailedException notSent(Refusal reason, String sentence) {
        return Sender.notSent(new RefusedException(reason, sentence));
    }

    private static List<Sent> sent(List<Message> messages, UnitOutcome.Committed held, Optional<Doubt> doubt) {
        return IntStream.range(0, messages.size())
                .mapToObj(i -> Sent.of(
                        held.sent().get(i),
                        messages.get(i).properties().uniqueKey().orElse(""),
                        doubt))
                .toList();
    }
}
