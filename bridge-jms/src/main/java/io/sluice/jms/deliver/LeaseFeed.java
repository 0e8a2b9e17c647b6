package io.sluice.jms.deliver;

import io.sluice.jms.call.BrokerCalls;
import io.sluice.jms.destination.Address;
import io.sluice.jms.select.Selector;
import io.sluice.model.FilterExpression;
import io.sluice.model.PropertyNames;
import io.sluice.port.LeaseReader;
import io.sluice.port.LeaseReader.Lease;
import io.sluice.port.LeaseReader.LeaseRequest;
import io.sluice.port.LeaseReader.Leased;
import io.sluice.port.LeaseReader.Ordering;
import io.sluice.port.LeaseReader.Start;
import io.sluice.port.Refusal;
import io.sluice.port.RefusedException;
import io.sluice.wire.message.BodyCodec;
import io.sluice.wire.message.MessageView;
import jakarta.jms.JMSException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Messages of a queue, leased from its shared cursor. The first question asks for one message; as long as answers are full,
 * each message used makes the next question larger by one, up to the prefetch limit, so that a consumer which takes one
 * message and closes holds nothing back from others.
 *
 * <p>At most one question is under way, and one that asks ahead does not wait, so that no answer is long behind. A question
 * from before a rewind, pause or close is taken back; an answer that comes anyhow is given back at once. Guarded by itself; the
 * broker is never asked under the lock.
 */
public final class LeaseFeed implements Feed {
    private static final Logger log = LoggerFactory.getLogger(LeaseFeed.class);
    /** Longest wait of one question. */
    private static final Duration ASK_MAX = Duration.ofSeconds(30);

    private static final Duration PAUSE_MIN = Duration.ofMillis(100);
    private static final Duration PAUSE_MAX = Duration.ofSeconds(5);
    /** Asking again would get the same answer. */
    private static final Set<Refusal> LASTING =
            Set.of(Refusal.FORBIDDEN, Refusal.NOT_READABLE, Refusal.ILLEGAL_ARGUMENT, Refusal.NOT_SUPPORTED);

    private final LeaseReader leases;
    private final LeaseBook book;
    private final Address address;
    private final FilterExpression groupFilter;
    private final FilterExpression ownFilter;
    private final DeliveryLimits limits;
    private final LongSupplier nanos;
    private final Runnable changed;
    private final Consumer<JMSException> report;

    private final Deque<Delivery> atHand = new ArrayDeque<>();
    /** How many messages may be at hand or asked for; 1..prefetch. */
    private int window = 1;
    /** Whether the latest answer was full: then more is asked for ahead, and each message used widens the window by one. */
    private boolean plenty;

    private boolean asking;
    /** The latest question; over when none is under way. */
    private CompletableFuture<Leased> asked = CompletableFuture.completedFuture(Leased.NONE);
    /** Counts what was given back: answers to questions of an earlier generation go back too, so that order is kept. */
    private int generation;
    /** Rewinds whose messages are not back yet; nothing is asked meanwhile, so that order is kept. */
    private int rewinding;

    /** What the cluster is asked to keep in order; less when it cannot. */
    private volatile Ordering ordering = Ordering.BY_KEY;

    private boolean paused = true;
    private boolean closed;
    private boolean listened;
    private long askAgainAtNanos;
    private long usedAtNanos;
    private Duration pauseAfterFailure = PAUSE_MIN;
    private Optional<Trouble> trouble = Optional.empty();

    /**
     * @param changed called on any thread when there may be something to poll
     * @param report  told of a failure when the one before was a success
     */
    public LeaseFeed(
            LeaseReader leases,
            LeaseBook book,
            Address address,
            Selector selector,
            DeliveryLimits limits,
            LongSupplier nanos,
            Runnable changed,
            Consumer<JMSException> report) {
        this.leases = leases;
        this.book = book;
        this.address = address;
        this.groupFilter = shareOf(address);
        this.ownFilter = selector.expression();
        this.limits = limits;
        this.nanos = nanos;
        this.changed = changed;
        this.report = report;
        this.askAgainAtNanos = nanos.getAsLong();
        this.usedAtNanos = nanos.getAsLong();
    }

    /** A queue gets what was sent to it, and what came in by another door; not what was sent to the JMS topic of its name. */
    private static FilterExpression shareOf(Address address) {
        String notTopic =
                "(%s IS NULL OR %s = 'queue')".formatted(PropertyNames.JMS_DESTINATION, PropertyNames.JMS_DESTINATION);
        return FilterExpression.sql(address.tag()
                .map(tag -> "%s = '%s' AND %s".formatted(PropertyNames.TAGS, tag.replace("'", "''"), notTopic))
                .orElse(notTopic));
    }

    @Override
    public synchronized Optional<Delivery> poll() {
        usedAtNanos = nanos.getAsLong();
        Delivery next = atHand.pollFirst();
        while (next != null && book.isOver(leaseOf(next))) {
            log.debug("message {} was not delivered in time, the broker lends it again", next.id());
            book.forget(List.of(leaseOf(next)));
            next = atHand.pollFirst();
        }
        if (next != null && plenty) {
            window = Math.min(limits.prefetch(), window + 1);
        }
        return Optional.ofNullable(next);
    }

    @Override
    public void ask(Duration maxWait) {
        int wanted;
        int askedIn;
        Duration wait;
        synchronized (this) {
            usedAtNanos = nanos.getAsLong();
            boolean ahead = !atHand.isEmpty();
            boolean enough = ahead && (!plenty || atHand.size() > window / 2);
            if (asking || closed || paused || rewinding > 0 || enough || askAgainAtNanos - usedAtNanos > 0) {
                return;
            }
            asking = true;
            wanted = window - atHand.size();
            askedIn = generation;
            wait = ahead ? Duration.ZERO : maxWait;
        }
        LeaseRequest request = new LeaseRequest(
                address.group(),
                address.topic(),
                groupFilter,
                ownFilter,
                wanted,
                limits.leaseFor(),
                wait.compareTo(ASK_MAX) < 0 ? wait : ASK_MAX,
                Start.FIRST,
                ordering);
        CompletableFuture<Leased> question = lent(request).toCompletableFuture();
        boolean outdated;
        synchronized (this) {
            asked = question;
            outdated = askedIn != generation || closed || paused;
        }
        if (outdated) {
            question.cancel(false);
        }
        question.whenComplete((leased, failed) -> {
            try {
                if (failed == null) {
                    answered(askedIn, wanted, leased);
                } else if (question.isCancelled()) {
                    takenBack();
                } else {
                    refused(failed);
                }
            } catch (RuntimeException unforeseen) {
                refused(unforeseen);
            }
            changed.run();
        });
    }

    private static HeldLease leaseOf(Delivery delivery) {
        return delivery.lease().orElseThrow();
    }

    /** A port that throws instead of failing its stage counts as failed. */
    private CompletionStage<Leased> lent(LeaseRequest request) {
        try {
            return leases.lease(request);
        } catch (RuntimeException failed) {
            return CompletableFuture.failedFuture(failed);
        }
    }

    private void answered(int askedIn, int wanted, Leased leased) {
        List<Delivery> fresh = new ArrayList<>();
        try (leased) {
            leased.leases().forEach(lease -> read(lease).ifPresent(fresh::add));
        }
        boolean tooLate;
        synchronized (this) {
            asking = false;
            trouble = Optional.empty();
            pauseAfterFailure = PAUSE_MIN;
            tooLate = askedIn != generation || closed || paused;
            if (!tooLate) {
                atHand.addAll(fresh);
                plenty = fresh.size() >= wanted;
            }
        }
        if (tooLate) {
            giveBack(fresh);
        }
    }

    private synchronized void takenBack() {
        asking = false;
    }

    /** A copy of the message; one that cannot be read goes to the dead letters instead of coming again and again. */
    private Optional<Delivery> read(Lease lease) {
        MessageView view = MessageView.of(lease.slice());
        String id = view.messageId().toString();
        HeldLease held = book.hold(lease, id);
        try {
            return Optional.of(new Delivery(this, view.toMessage(), id, lease.attempt(), Optional.of(held)));
        } catch (BodyCodec.CompressionException unreadable) {
            log.warn("message {} of {} goes to the dead letters: {}", id, address, unreadable.getMessage());
            orForget(List.of(held), book.reject(held, unreadable.getMessage()));
            return Optional.empty();
        }
    }

    private void refused(Throwable failed) {
        Throwable cause =
                failed instanceof CompletionException && failed.getCause() != null ? failed.getCause() : failed;
        Refusal reason = cause instanceof RefusedException refusal ? refusal.reason() : Refusal.UNAVAILABLE;
        JMSException toTell = null;
        synchronized (this) {
            asking = false;
            if (reason == Refusal.NOT_SUPPORTED && ordering == Ordering.BY_KEY) {
                ordering = Ordering.NONE;
                log.warn(
                        "{} is consumed without keeping messages of one group in order: {}",
                        address,
                        cause.getMessage());
            } else if (reason == Refusal.NO_SUCH_TOPIC) {
                askAgainAtNanos = nanos.getAsLong() + PAUSE_MIN.toNanos();
                trouble = Optional.empty();
            } else if (!closed) {
                JMSException failure = BrokerCalls.failure("consuming from " + address, cause);
                toTell = trouble.isEmpty() ? failure : null;
                trouble = Optional.of(new Trouble(failure, LASTING.contains(reason)));
                askAgainAtNanos = nanos.getAsLong() + pauseAfterFailure.toNanos();
                Duration doubled = pauseAfterFailure.multipliedBy(2);
                pauseAfterFailure = doubled.compareTo(PAUSE_MAX) < 0 ? doubled : PAUSE_MAX;
            }
        }
        if (toTell != null) {
            report.accept(toTell);
        }
    }

    @Override
    public synchronized boolean isAsking() {
        return asking;
    }

    @Override
    public synchronized long restNanos() {
        return askAgainAtNanos - nanos.getAsLong();
    }

    @Override
    public synchronized Optional<Trouble> trouble() {
        return trouble;
    }

    @Override
    public void putBack(Delivery delivery) {
        synchronized (this) {
            if (!closed && !paused) {
                atHand.addFirst(delivery);
                return;
            }
        }
        giveBack(List.of(delivery));
    }

    @Override
    public CompletionStage<Void> rewind(List<Delivery> undone, Duration pause) {
        List<Delivery> all = new ArrayList<>(undone);
        synchronized (this) {
            all.addAll(startAgain());
            generation++;
            rewinding++;
            askAgainAtNanos = nanos.getAsLong() + pause.toNanos();
        }
        takeBack();
        return giveBack(all).whenComplete((over, failed) -> {
            synchronized (this) {
                rewinding--;
            }
            changed.run();
        });
    }

    /** Forgets what is at hand and returns it; if there is any, an answer under way stands behind it and goes back too. */
    private List<Delivery> startAgain() {
        List<Delivery> forgotten = List.copyOf(atHand);
        atHand.clear();
        generation += forgotten.isEmpty() ? 0 : 1;
        window = 1;
        plenty = false;
        return forgotten;
    }

    @Override
    public void pause() {
        List<Delivery> forgotten;
        synchronized (this) {
            paused = true;
            forgotten = startAgain();
        }
        takeBack();
        giveBack(forgotten);
    }

    @Override
    public synchronized void resume() {
        paused = false;
    }

    @Override
    public synchronized void listenedTo(boolean now) {
        listened = now;
    }

    /** A consumer that has not asked for two lease times may never ask again. */
    @Override
    public void giveBackIdle() {
        List<Delivery> forgotten;
        synchronized (this) {
            long idle = nanos.getAsLong() - usedAtNanos;
            if (listened || atHand.isEmpty() || idle < 2 * limits.leaseFor().toNanos()) {
                return;
            }
            forgotten = startAgain();
        }
        giveBack(forgotten);
    }

    @Override
    public CompletionStage<Void> close() {
        List<Delivery> forgotten;
        synchronized (this) {
            closed = true;
            forgotten = startAgain();
        }
        takeBack();
        return giveBack(forgotten);
    }

    private void takeBack() {
        CompletableFuture<Leased> question;
        synchronized (this) {
            question = asked;
        }
        question.cancel(false);
    }

    /** What cannot be given back comes again by itself when its lease ends. */
    private CompletionStage<Void> giveBack(Collection<Delivery> deliveries) {
        if (deliveries.isEmpty()) {
            return CompletableFuture.completedFuture(null);
        }
        List<HeldLease> undone = deliveries.stream().map(LeaseFeed::leaseOf).toList();
        return orForget(undone, book.release(undone));
    }

    private CompletionStage<Void> orForget(List<HeldLease> settling, CompletionStage<?> settled) {
        return settled.handle((done, failed) -> {
            if (failed != null) {
                book.forget(settling);
                log.warn(
                        "{} messages of {} stay hidden until their lease ends, giving them back failed: {}",
                        settling.size(),
                        address,
                        failed.getMessage());
            }
            return null;
        });
    }
}
