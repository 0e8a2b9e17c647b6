package io.sluice.jms.deliver;

import io.sluice.jms.call.BrokerCalls;
import io.sluice.jms.deliver.Gathered.Sending;
import io.sluice.model.Message;
import io.sluice.port.LeaseReader.Settlement;
import io.sluice.port.Placement;
import io.sluice.port.Refusal;
import io.sluice.port.UnitOfWork;
import io.sluice.port.UnitOutcome;
import io.sluice.port.UnitsOfWork;
import jakarta.jms.JMSException;
import jakarta.jms.TransactionRolledBackException;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * What a transacted session has sent since its last commit, and the commit itself (Jakarta Messaging 3.1 §6.2.7): one unit of work
 * of the broker, with everything the session has received. Until then nothing of it is at the broker but the leases.
 *
 * <p>While nobody knows whether a commit holds, it is frozen: the next commit asks for exactly the same first, under the same
 * id, which the broker recognises. Confined to the session's thread of control.
 */
public final class Transaction implements Outbox {
    private final UnitsOfWork units;
    private final LeaseBook book;
    private final Ledger ledger;
    private final BrokerCalls calls;

    private final Gathered sends = new Gathered();
    /** Of the commit whose end is not known; empty when there is none. */
    private String frozen = "";

    private int frozenSends;
    private int frozenDeliveries;
    /** An attempt under this id may have succeeded: a refusal of a later one does not mean that nothing holds. */
    private boolean mayHold;

    Transaction(UnitsOfWork units, LeaseBook book, Ledger ledger, BrokerCalls calls) {
        this.units = units;
        this.book = book;
        this.ledger = ledger;
        this.calls = calls;
    }

    @Override
    public void send(Message message, Placement placement, Told told) throws JMSException {
        sends.add(message, placement, told);
    }

    /**
     * @throws TransactionRolledBackException when it cannot be committed: everything is undone
     * @throws JMSException                   when it is not known whether it holds, or it cannot be committed now; to be committed
     *                                        again, or rolled back
     */
    public void commit() throws JMSException {
        boolean wasFrozen = !frozen.isEmpty();
        commitOnce();
        if (wasFrozen) {
            commitOnce();
        }
    }

    private void commitOnce() throws JMSException {
        List<Delivery> all = ledger.undecided();
        int deliveries = frozen.isEmpty() ? all.size() : frozenDeliveries;
        int count = frozen.isEmpty() ? sends.size() : frozenSends;
        List<Delivery> received = all.subList(0, deliveries);
        List<Sending> sending = sends.first(count);
        List<HeldLease> leases =
                received.stream().flatMap(delivery -> delivery.lease().stream()).toList();
        if (leases.isEmpty() && sending.isEmpty()) {
            ledger.decided(deliveries);
            return;
        }
        if (frozen.isEmpty()) {
            frozen = UUID.randomUUID().toString();
            frozenSends = count;
            frozenDeliveries = deliveries;
        }
        String what = "committing %d messages sent and %d received".formatted(count, deliveries);
        UnitOutcome outcome = ask(leases, sending, what);
        if (outcome instanceof UnitOutcome.Committed committed) {
            committed(committed, sending);
        } else if (outcome instanceof UnitOutcome.CommittedWithDoubt doubt) {
            mayHold = true;
            throw new JMSException(
                    what + ": it is in the log, but its durability is in doubt; commit again to be sure",
                    doubt.doubt().name());
        } else if (outcome instanceof UnitOutcome.LeasesOver over) {
            throw rolledBack(
                    "%s: the leases of %d messages had ended, they may be with somebody else; everything is undone"
                            .formatted(what, over.over().size()),
                    Refusal.ILLEGAL_ARGUMENT);
        } else {
            refused(what, (UnitOutcome.Refused) outcome);
        }
    }

    private UnitOutcome ask(List<HeldLease> leases, List<Sending> sending, String what) throws JMSException {
        CompletionStage<UnitOutcome> asked = book.acknowledgeWith(
                leases, acknowledgements -> commit(acknowledgements, sending), Transaction::isSettled);
        try {
            return calls.await(asked, what);
        } catch (JMSException unknown) {
            if (Refusal.NOT_SUPPORTED.name().equals(unknown.getErrorCode()) && !mayHold) {
                throw BrokerCalls.withCause(rolledBack(unknown.getMessage(), Refusal.NOT_SUPPORTED), unknown);
            }
            mayHold = true;
            throw unknown;
        }
    }

    /** A port that throws instead of failing its stage counts as failed. */
    private CompletionStage<UnitOutcome> commit(List<Settlement> acknowledgements, List<Sending> sending) {
        try {
            return units.commit(
                    new UnitOfWork(frozen, sending.stream().map(Sending::send).toList(), acknowledgements));
        } catch (RuntimeException failed) {
            return CompletableFuture.failedFuture(failed);
        }
    }

    private static boolean isSettled(UnitOutcome outcome) {
        return outcome instanceof UnitOutcome.Committed;
    }

    private void committed(UnitOutcome.Committed committed, List<Sending> sending) {
        ledger.decided(frozenDeliveries);
        sends.drop(sending.size());
        thaw();
        Gathered.tell(sending, committed.sent());
    }

    private void refused(String what, UnitOutcome.Refused refused) throws JMSException {
        if (mayHold) {
            throw new JMSException(
                    "%s: %s; an attempt before may hold, commit again to be sure".formatted(what, refused.remedy()),
                    refused.reason().name());
        }
        switch (refused.reason()) {
            case OVERLOADED, DISK_FULL -> {
                thaw();
                throw BrokerCalls.refusal(what, refused.reason(), refused.remedy());
            }
            case UNAVAILABLE -> {
                mayHold = true;
                throw BrokerCalls.refusal(what, refused.reason(), refused.remedy());
            }
            default ->
                throw rolledBack("%s: %s; everything is undone".formatted(what, refused.remedy()), refused.reason());
        }
    }

    private TransactionRolledBackException rolledBack(String sentence, Refusal reason) {
        TransactionRolledBackException told = new TransactionRolledBackException(sentence, reason.name());
        try {
            rollback();
        } catch (JMSException notGivenBack) {
            told.addSuppressed(notGivenBack);
        }
        return told;
    }

    /** Forgets what was sent, and lets what was received be delivered again. */
    public void rollback() throws JMSException {
        sends.clear();
        thaw();
        calls.await(ledger.rewind(), "rolling back");
    }

    private void thaw() {
        frozen = "";
        frozenSends = 0;
        frozenDeliveries = 0;
        mayHold = false;
    }
}
