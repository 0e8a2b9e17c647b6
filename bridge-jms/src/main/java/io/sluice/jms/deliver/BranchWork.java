package io.sluice.jms.deliver;

import io.sluice.jms.call.BrokerCalls;
import io.sluice.jms.deliver.Gathered.Sending;
import io.sluice.model.Message;
import io.sluice.port.LeaseReader.Settlement;
import io.sluice.port.Placement;
import io.sluice.port.PrepareOutcome;
import io.sluice.port.SendOutcome;
import io.sluice.port.UnitOfWork;
import io.sluice.port.UnitOutcome;
import io.sluice.port.UnitsOfWork;
import jakarta.jms.JMSException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * What one branch of a distributed transaction has sent and received, in however many sessions: one unit of work of the broker
 * under the id of the branch. Until it is prepared or committed nothing of it is at the broker but the leases. Guarded by itself;
 * the broker is never asked under the lock.
 */
public final class BranchWork implements Outbox {
    private final String id;
    private final UnitsOfWork units;
    private final LeaseBook book;
    private final BrokerCalls calls;

    private final Gathered sends = new Gathered();
    private final List<Delivery> received = new ArrayList<>();

    /** The same work as it is told to the broker, each time it is asked. */
    private record Content(List<Sending> sends, List<HeldLease> leases) {}

    public BranchWork(String id, UnitsOfWork units, LeaseBook book, BrokerCalls calls) {
        this.id = id;
        this.units = units;
        this.book = book;
        this.calls = calls;
    }

    @Override
    public synchronized void send(Message message, Placement placement, Told told) throws JMSException {
        sends.add(message, placement, told);
    }

    synchronized void received(List<Delivery> more) {
        received.addAll(more);
    }

    private synchronized Content content() {
        return new Content(
                sends.first(sends.size()),
                received.stream().flatMap(delivery -> delivery.lease().stream()).toList());
    }

    /** Whether the broker has no part in it. */
    public boolean isEmpty() {
        Content content = content();
        return content.sends().isEmpty() && content.leases().isEmpty();
    }

    /** @throws JMSException when nobody knows whether it is prepared; to be repeated, or rolled back at the broker */
    public PrepareOutcome prepare() throws JMSException {
        return ask(units::prepare, PrepareOutcome.Prepared.class::isInstance, "preparing");
    }

    /** @throws JMSException when nobody knows whether it is committed; to be repeated */
    public UnitOutcome commit() throws JMSException {
        UnitOutcome outcome = ask(units::commit, UnitOutcome.Committed.class::isInstance, "committing");
        if (outcome instanceof UnitOutcome.Committed committed) {
            committed(committed.sent());
        }
        return outcome;
    }

    private <T> T ask(Function<UnitOfWork, CompletionStage<T>> question, Predicate<T> isSettled, String what)
            throws JMSException {
        Content content = content();
        CompletionStage<T> asked = book.acknowledgeWith(
                content.leases(), acknowledgements -> ask(content, acknowledgements, question), isSettled);
        return calls.await(
                asked,
                "%s %d messages sent and %d received"
                        .formatted(
                                what, content.sends().size(), content.leases().size()));
    }

    /** A port that throws instead of failing its stage counts as failed. */
    private <T> CompletionStage<T> ask(
            Content content, List<Settlement> acknowledgements, Function<UnitOfWork, CompletionStage<T>> question) {
        try {
            return question.apply(new UnitOfWork(
                    id, content.sends().stream().map(Sending::send).toList(), acknowledgements));
        } catch (RuntimeException failed) {
            return CompletableFuture.failedFuture(failed);
        }
    }

    /** It is committed; tells the messages where they are. */
    public void committed(List<SendOutcome.Stored> places) {
        List<Sending> all;
        synchronized (this) {
            all = sends.first(sends.size());
            sends.clear();
            received.clear();
        }
        Gathered.tell(all, places);
    }

    /**
     * Nobody knows what the broker has of it, and nobody here will ask again: the leases, as far as they are not part of something
     * prepared, end by themselves, the subscribers here get theirs again.
     */
    public void abandon() throws JMSException {
        letLeasesEnd();
        rolledBack();
    }

    /** From now on its leases are not extended. The work stays as it is, and can be brought to the broker until they end. */
    public void letLeasesEnd() {
        book.forget(content().leases());
    }

    /** The broker has rolled back what was prepared: it has given back the leases, the subscribers here get theirs again. */
    public void rolledBack() throws JMSException {
        List<Delivery> again;
        synchronized (this) {
            sends.clear();
            again = received.stream()
                    .filter(delivery -> delivery.lease().isEmpty())
                    .toList();
            received.clear();
        }
        calls.await(Ledger.rewind(again), "delivering again to subscribers");
    }

    /** Forgets what was sent, and lets what was received be delivered again. */
    public void rollBack() throws JMSException {
        List<Delivery> again;
        synchronized (this) {
            sends.clear();
            again = List.copyOf(received);
            received.clear();
        }
        calls.await(Ledger.rewind(again), "rolling back");
    }
}
