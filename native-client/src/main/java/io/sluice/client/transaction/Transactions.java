package io.sluice.client.transaction;

import io.sluice.client.link.ClusterLink;
import io.sluice.client.link.Listening;
import io.sluice.client.link.Waiting;
import io.sluice.client.presence.Heartbeats;
import io.sluice.client.route.RouteCache;
import io.sluice.client.send.Sent;
import io.sluice.model.GroupName;
import io.sluice.model.Message;
import io.sluice.model.PropertyNames;
import io.sluice.model.SluiceException;
import io.sluice.model.TopicName;
import io.sluice.runtime.Threads;
import io.sluice.transport.Addresses;
import io.sluice.transport.Peer;
import io.sluice.wire.command.RequestCode;
import io.sluice.wire.command.TransactionCommands.CheckTransaction;
import io.sluice.wire.command.TransactionCommands.EndTransaction;
import io.sluice.wire.frame.Frame;
import io.sluice.wire.frame.FrameBody;
import io.sluice.wire.message.MessageView;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The transactional sends of one producer, and the questions that brokers ask its group. Any thread may send. Questions wait
 * for one thread, which ends after ten idle seconds; those beyond 2,000 are dropped, and the broker asks again.
 */
public final class Transactions implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Transactions.class);
    private static final int QUESTIONS_WAITING_MAX = 2_000;
    private static final long IDLE_SECONDS = 10;
    private static final List<String> DELAYS = List.of(
            PropertyNames.DELAY_LEVEL,
            PropertyNames.TIMER_DELAY_SEC,
            PropertyNames.TIMER_DELAY_MS,
            PropertyNames.TIMER_DELIVER_MS);

    private final ClusterLink link;
    private final RouteCache routes;
    private final Heartbeats heartbeats;
    private final GroupName group;
    private final Function<Message, CompletionStage<Sent>> sending;
    private final TransactionCheck check;
    private final Consumer<TransactionEnd> ends;
    private final ThreadPoolExecutor checks;
    private final Listening listening;

    /**
     * @param group   of the producer, which brokers ask
     * @param sending stores a half message
     * @param ends    told of each decision after the broker, on any thread; throws nothing
     */
    public Transactions(
            ClusterLink link,
            RouteCache routes,
            Heartbeats heartbeats,
            GroupName group,
            Function<Message, CompletionStage<Sent>> sending,
            TransactionCheck check,
            Consumer<TransactionEnd> ends) {
        this.link = link;
        this.routes = routes;
        this.heartbeats = heartbeats;
        this.group = group;
        this.sending = sending;
        this.check = check;
        this.ends = ends;
        this.checks = new ThreadPoolExecutor(
                1,
                1,
                IDLE_SECONDS,
                TimeUnit.SECONDS,
                new ArrayBlockingQueue<>(QUESTIONS_WAITING_MAX),
                Threads.daemons("sluice-check-" + group()));
        checks.allowCoreThreadTimeOut(true);
        this.listening = link.on(RequestCode.CHECK_TRANSACTION_STATE, this::asked);
    }

    private String group() {
        return group.value();
    }

    /**
     * Stores the half message, runs the local transaction on this thread, and tells the broker.
     *
     * @throws io.sluice.client.send.SendFailedException when the half message is not stored; the local transaction was not run
     * @throws IllegalArgumentException when the message is delayed, which half messages cannot be
     * @throws SluiceException when the local transaction failed with a checked exception
     */
    public Transacted send(Message message, LocalTransaction local) {
        for (String delay : DELAYS) {
            if (message.properties().has(delay)) {
                throw new IllegalArgumentException(
                        "a message for topic %s has property %s; messages of transactions cannot be delayed"
                                .formatted(message.topic(), delay));
            }
        }
        Message half = message.withProperties(message.properties()
                .with(PropertyNames.TRANSACTION_PREPARED, "true")
                .with(PropertyNames.PRODUCER_GROUP, group()));
        Sent sent = Waiting.forResult(link, "sending", () -> sending.apply(half));
        // Only then can the broker ask, should it not hear of the decision.
        routes.primary(sent.queue().brokerName()).ifPresent(address -> heartbeats.introduce(Set.of(address)));
        Decision decision = sent.doubt().isPresent() ? Decision.ROLLBACK : run(local, sent);
        return new Transacted(sent, decision, decision != Decision.UNKNOWN && tell(message, sent, decision));
    }

    private static Decision run(LocalTransaction local, Sent half) {
        try {
            Decision decision = local.run(half);
            return decision == null ? Decision.UNKNOWN : decision;
        } catch (RuntimeException failed) {
            throw failed;
        } catch (Exception failed) {
            throw new SluiceException(
                    "the local transaction of message %s failed; the broker will ask what became of it"
                            .formatted(half.uniqueKey()),
                    failed);
        }
    }

    /** Whether the broker has taken it. */
    private boolean tell(Message message, Sent half, Decision decision) {
        Optional<String> address = routes.primary(half.queue().brokerName());
        if (address.isEmpty()) {
            return false;
        }
        EndTransaction word = new EndTransaction(
                message.topic().value(),
                group(),
                half.queueOffset(),
                half.logOffset(),
                decision.code(),
                false,
                half.uniqueKey(),
                half.uniqueKey());
        boolean heard = Waiting.upTo(
                link.config().requestTimeout(),
                link.ask("the end of a transaction", address.get(), RequestCode.END_TRANSACTION, word));
        if (!heard) {
            log.info("broker {} has not confirmed {} of {} and will ask", address.get(), decision, half.uniqueKey());
        }
        ends.accept(new TransactionEnd(message, half.uniqueKey(), address.get(), decision, false));
        return heard;
    }

    /** On an event loop: the record is copied, the application is asked elsewhere. */
    private void asked(Frame question, Peer broker) {
        CheckTransaction header = ClusterLink.requestHeader(question, CheckTransaction.class);
        MessageView half = MessageView.of(ByteBuffer.wrap(question.body().toByteArray()));
        if (!group().equals(half.property(PropertyNames.PRODUCER_GROUP))) {
            return;
        }
        try {
            checks.execute(() -> answer(header, half, broker));
        } catch (RejectedExecutionException full) {
            log.warn(
                    "a question about message {} of group {} is dropped: {} wait already; the broker will ask again",
                    header.transactionId(),
                    group(),
                    QUESTIONS_WAITING_MAX);
        }
    }

    private void answer(CheckTransaction header, MessageView half, Peer broker) {
        Decision decision = decide(header, half);
        if (decision == Decision.UNKNOWN) {
            return;
        }
        String key = half.property(PropertyNames.UNIQUE_KEY);
        EndTransaction word = new EndTransaction(
                topicOf(half).value(),
                group(),
                header.tranStateTableOffset(),
                header.commitLogOffset(),
                decision.code(),
                true,
                key == null ? header.msgId() : key,
                header.transactionId());
        broker.oneWay(ClusterLink.request(RequestCode.END_TRANSACTION, word, FrameBody.NONE));
        ends.accept(new TransactionEnd(
                half.toMessage().withTopic(topicOf(half)),
                word.msgId(),
                Addresses.text(broker.remoteAddress()),
                decision,
                true));
    }

    private Decision decide(CheckTransaction header, MessageView half) {
        try {
            Decision decision = check.check(half.toMessage().withTopic(topicOf(half)));
            return decision == null ? Decision.UNKNOWN : decision;
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return Decision.UNKNOWN;
        } catch (Exception failed) {
            log.warn(
                    "the check of group {} failed on message {}; the broker will ask again",
                    group(),
                    header.transactionId(),
                    failed);
            return Decision.UNKNOWN;
        }
    }

    /** Brokers keep half messages in a topic of their own. */
    private static TopicName topicOf(MessageView half) {
        String real = half.property(PropertyNames.REAL_TOPIC);
        return new TopicName(real == null ? half.topic() : real);
    }

    /** Questions are left to other producers of the group from now on. Twice is harmless. */
    @Override
    public void close() {
        listening.end();
        checks.shutdownNow();
    }
}
