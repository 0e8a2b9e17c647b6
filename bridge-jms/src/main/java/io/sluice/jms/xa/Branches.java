package io.sluice.jms.xa;

import io.sluice.jms.call.BrokerCalls;
import io.sluice.jms.deliver.BranchWork;
import io.sluice.jms.deliver.LeaseBook;
import io.sluice.port.DecisionOutcome;
import io.sluice.port.PrepareOutcome;
import io.sluice.port.PreparedPage;
import io.sluice.port.PreparedUnit;
import io.sluice.port.Refusal;
import io.sluice.port.SendOutcome;
import io.sluice.port.UnitOutcome;
import io.sluice.port.UnitsOfWork;
import io.sluice.port.UnitsOfWork.Decision;
import jakarta.jms.JMSException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;
import javax.transaction.xa.XAException;
import javax.transaction.xa.XAResource;
import javax.transaction.xa.Xid;

/**
 * The branches of one connection, and the end of any branch at the broker, whoever began it. To transaction managers one
 * connection is one resource manager. Safe for many threads; guarded by itself, the broker is never asked under the lock.
 */
public final class Branches {
    /** Branches of one connection at one time; more are refused. */
    private static final int BRANCHES_MAX = 10_000;

    private final UnitsOfWork units;
    private final LeaseBook book;
    private final BrokerCalls calls;
    private final LongSupplier nanos;
    private final Map<BranchId, Branch> branches = new HashMap<>();

    /** @param nanos the clock, as {@link System#nanoTime} */
    public Branches(UnitsOfWork units, LeaseBook book, BrokerCalls calls, LongSupplier nanos) {
        this.units = units;
        this.book = book;
        this.calls = calls;
        this.nanos = nanos;
    }

    static BranchId named(Xid xid) throws XAException {
        if (xid == null) {
            throw XaFailure.of(XAException.XAER_INVAL, "the branch is null");
        }
        try {
            return BranchId.of(xid);
        } catch (IllegalArgumentException illegal) {
            throw XaFailure.of(XAException.XAER_INVAL, illegal.getMessage(), illegal);
        }
    }

    private static XAException unknown(BranchId id) {
        return XaFailure.of(XAException.XAER_NOTA, "branch %s is not known here".formatted(id));
    }

    private synchronized Optional<Branch> find(BranchId id) {
        return Optional.ofNullable(branches.get(id));
    }

    synchronized Branch known(BranchId id) throws XAException {
        return find(id).orElseThrow(() -> unknown(id));
    }

    private synchronized void forgetHere(BranchId id) {
        branches.remove(id);
    }

    // ---- working for a branch

    synchronized Branch begin(BranchId id, int timeoutSeconds) throws XAException {
        if (branches.containsKey(id)) {
            throw XaFailure.of(XAException.XAER_DUPID, "branch %s was begun before; join it".formatted(id));
        }
        if (branches.size() >= BRANCHES_MAX) {
            throw XaFailure.of(
                    XAException.XAER_RMERR,
                    "this connection has %d branches, which is the limit; end some".formatted(BRANCHES_MAX));
        }
        Branch begun =
                new Branch(id, new BranchWork(id.unitId(), units, book, calls), nanos.getAsLong(), timeoutSeconds);
        begun.workers = 1;
        branches.put(id, begun);
        return begun;
    }

    synchronized Branch join(BranchId id) throws XAException {
        Branch branch = workable(id);
        branch.workers++;
        return branch;
    }

    synchronized Branch resume(BranchId id) throws XAException {
        Branch branch = workable(id);
        branch.suspended--;
        branch.workers++;
        return branch;
    }

    private Branch workable(BranchId id) throws XAException {
        Branch branch = branches.get(id);
        if (branch == null) {
            throw unknown(id);
        }
        if (branch.isAsked) {
            throw XaFailure.of(XAException.XAER_PROTO, "branch %s is prepared or committed".formatted(id));
        }
        if (branch.isDoomed || branch.isLate(nanos.getAsLong())) {
            throw XaFailure.of(
                    branch.isDoomed ? XAException.XA_RBROLLBACK : XAException.XA_RBTIMEOUT,
                    "branch %s can only be rolled back".formatted(id));
        }
        return branch;
    }

    synchronized void suspend(Branch branch) {
        branch.workers--;
        branch.suspended++;
    }

    /** @param wasSuspended whether the session that ends its work had suspended it */
    synchronized void leave(Branch branch, boolean wasSuspended, boolean failed) {
        branch.workers -= wasSuspended ? 0 : 1;
        branch.suspended -= wasSuspended ? 1 : 0;
        branch.isDoomed |= failed;
    }

    synchronized void doom(BranchId id) throws XAException {
        known(id).isDoomed = true;
    }

    /** @throws XAException when it is not to be worked for any more */
    synchronized void requireTime(Branch branch) throws XAException {
        if (branch.isLate(nanos.getAsLong())) {
            throw XaFailure.of(
                    XAException.XA_RBTIMEOUT, "the time of branch %s is over; roll it back".formatted(branch.id));
        }
    }

    // ---- the end of a branch

    /** The branch, whose work is done; marks that the broker may know it. */
    private synchronized Branch asked(BranchId id) throws XAException {
        Branch branch = branches.get(id);
        if (branch == null) {
            throw unknown(id);
        }
        if (branch.workers > 0 || branch.suspended > 0) {
            throw stillWorkedFor(id);
        }
        branch.isAsked |= !branch.isDoomed && !branch.isLate(nanos.getAsLong());
        return branch;
    }

    /** The branch, whose work is done, and which may be brought to the broker; one that may not is undone. */
    private Branch sound(BranchId id) throws XAException {
        Branch branch = asked(id);
        if (!branch.isAsked) {
            throw rolledBackHere(
                    branch,
                    branch.isDoomed ? XAException.XA_RBROLLBACK : XAException.XA_RBTIMEOUT,
                    "branch %s had failed, or its time was over".formatted(id));
        }
        return branch;
    }

    /** The branch, if it was begun here; nobody works for it. */
    private synchronized Optional<Branch> workedOut(BranchId id) throws XAException {
        Optional<Branch> own = find(id);
        if (own.isPresent() && own.get().workers > 0) {
            throw stillWorkedFor(id);
        }
        return own;
    }

    private static XAException stillWorkedFor(BranchId id) {
        return XaFailure.of(XAException.XAER_PROTO, "branch %s is still worked for; end that first".formatted(id));
    }

    private synchronized boolean isAsked(Branch branch) {
        return branch.isAsked;
    }

    int prepare(BranchId id) throws XAException {
        Branch branch = sound(id);
        if (branch.work.isEmpty()) {
            committedHere(branch, List.of());
            return XAResource.XA_RDONLY;
        }
        PrepareOutcome outcome;
        try {
            outcome = branch.work.prepare();
        } catch (JMSException failed) {
            throw notDone(branch, failed);
        }
        if (outcome instanceof PrepareOutcome.Prepared) {
            return XAResource.XA_OK;
        }
        if (outcome instanceof PrepareOutcome.Refused refused) {
            throw refused(branch, refused.reason(), refused.remedy());
        }
        throw leasesOver(branch);
    }

    private XAException leasesOver(Branch branch) {
        return notTaken(
                branch,
                XAException.XA_RBTRANSIENT,
                "leases of messages of branch %s had ended, they may be with somebody else".formatted(branch.id));
    }

    private XAException refused(Branch branch, Refusal reason, String remedy) {
        return reason == Refusal.UNAVAILABLE
                ? inDoubt(branch, remedy)
                : notTaken(branch, XaFailure.rollbackCode(reason), remedy);
    }

    /** Only a cluster that cannot do it at all says for sure that nothing is at the broker. */
    private XAException notDone(Branch branch, JMSException failed) {
        XAException told = Refusal.NOT_SUPPORTED.name().equals(failed.getErrorCode())
                ? notTaken(branch, XAException.XA_RBOTHER, failed.getMessage())
                : inDoubt(branch, failed.getMessage());
        told.initCause(failed);
        return told;
    }

    /** The broker has not done what it was asked now; unless it may have done so before, the branch is undone. */
    private XAException notTaken(Branch branch, int code, String sentence) {
        boolean mayHold;
        synchronized (this) {
            mayHold = branch.mayHold;
        }
        return mayHold
                ? XaFailure.of(
                        XAException.XAER_RMFAIL,
                        "%s; an attempt before may hold: ask again, or roll back".formatted(sentence))
                : rolledBackHere(branch, code, sentence);
    }

    /**
     * Nobody knows what became of the branch at the broker. The same can be asked again until its leases end; whether somebody
     * will, is not known either, so they are not extended for it.
     */
    private XAException inDoubt(Branch branch, String sentence) {
        synchronized (this) {
            branch.mayHold = true;
        }
        branch.work.letLeasesEnd();
        return XaFailure.of(XAException.XAER_RMFAIL, sentence);
    }

    private void committedHere(Branch branch, List<SendOutcome.Stored> places) {
        forgetHere(branch.id);
        branch.work.committed(places);
    }

    /** Undoes the branch, of which the broker has nothing; answers the exception that says why. */
    private XAException rolledBackHere(Branch branch, int code, String sentence) {
        forgetHere(branch.id);
        XAException told = XaFailure.of(code, sentence + "; everything is undone");
        try {
            branch.work.rollBack();
        } catch (JMSException notGivenBack) {
            told.addSuppressed(notGivenBack);
        }
        return told;
    }

    void commitInOnePhase(BranchId id) throws XAException {
        Branch branch = sound(id);
        if (branch.work.isEmpty()) {
            committedHere(branch, List.of());
            return;
        }
        UnitOutcome outcome;
        try {
            outcome = branch.work.commit();
        } catch (JMSException failed) {
            throw notDone(branch, failed);
        }
        if (outcome instanceof UnitOutcome.Committed) {
            forgetHere(id);
        } else if (outcome instanceof UnitOutcome.CommittedWithDoubt) {
            throw inDoubt(
                    branch, "branch %s is in the log, but its durability is in doubt; commit it again".formatted(id));
        } else if (outcome instanceof UnitOutcome.Refused refused) {
            throw refused(branch, refused.reason(), refused.remedy());
        } else {
            throw leasesOver(branch);
        }
    }

    void commit(BranchId id) throws XAException {
        Optional<Branch> own = find(id);
        if (own.isPresent() && !isAsked(own.get())) {
            throw XaFailure.of(XAException.XAER_PROTO, "branch %s is not prepared".formatted(id));
        }
        DecisionOutcome outcome = decide(id, Decision.COMMIT);
        if (outcome instanceof DecisionOutcome.Committed committed) {
            own.ifPresent(branch -> committedHere(branch, committed.sent()));
            return;
        }
        throw notDecided(id, outcome);
    }

    void rollback(BranchId id) throws XAException {
        Optional<Branch> own = workedOut(id);
        if (own.isPresent() && !isAsked(own.get())) {
            undo(own.get());
            return;
        }
        DecisionOutcome outcome;
        try {
            outcome = decide(id, Decision.ROLLBACK);
        } catch (XAException unanswered) {
            own.ifPresent(branch -> abandon(branch, unanswered));
            throw unanswered;
        }
        if (outcome instanceof DecisionOutcome.RolledBack) {
            if (own.isPresent()) {
                forgetHere(id);
                settled(own.get().work::rolledBack);
            }
        } else if (outcome instanceof DecisionOutcome.Unknown && own.isPresent()) {
            undo(own.get());
        } else {
            XAException told = notDecided(id, outcome);
            if (own.isPresent() && isNotNow(outcome)) {
                abandon(own.get(), told);
            }
            throw told;
        }
    }

    /** Whether it was refused for a reason that passes, so that it can be decided still. */
    private static boolean isNotNow(DecisionOutcome outcome) {
        return outcome instanceof DecisionOutcome.Refused refused && refused.reason() != Refusal.ILLEGAL_ARGUMENT;
    }

    /**
     * However it ends, nobody has to come back to this process for it: what is not prepared has nothing at the broker but leases,
     * which end, and what is prepared is found by {@link #recover}. Whoever does come back asks the broker.
     */
    private void abandon(Branch branch, XAException told) {
        forgetHere(branch.id);
        try {
            branch.work.abandon();
        } catch (JMSException notGivenBack) {
            told.addSuppressed(notGivenBack);
        }
    }

    private void undo(Branch branch) throws XAException {
        forgetHere(branch.id);
        settled(branch.work::rollBack);
    }

    /** Something that gives messages back. */
    @FunctionalInterface
    private interface GivingBack {
        void run() throws JMSException;
    }

    /** It is rolled back whether or not its messages come back at once: their leases end by themselves. */
    private static void settled(GivingBack step) throws XAException {
        try {
            step.run();
        } catch (JMSException notGivenBack) {
            throw XaFailure.of(
                    XAException.XA_RBCOMMFAIL,
                    "rolled back, but some messages stay hidden until their leases end: " + notGivenBack.getMessage(),
                    notGivenBack);
        }
    }

    private DecisionOutcome decide(BranchId id, Decision decision) throws XAException {
        String what = decision == Decision.COMMIT ? "committing " : "rolling back ";
        try {
            return calls.await(units.decide(id.unitId(), decision), what + id);
        } catch (JMSException failed) {
            throw unanswered(failed);
        }
    }

    private static XAException unanswered(JMSException failed) {
        boolean isForeign = Refusal.NOT_SUPPORTED.name().equals(failed.getErrorCode());
        return XaFailure.of(isForeign ? XAException.XAER_NOTA : XAException.XAER_RMFAIL, failed.getMessage(), failed);
    }

    /** The exception for a decision that did not come to what was wanted. */
    private XAException notDecided(BranchId id, DecisionOutcome outcome) {
        if (outcome instanceof DecisionOutcome.Heuristic heuristic) {
            boolean isCommitted = heuristic.decision() == Decision.COMMIT;
            return XaFailure.of(
                    isCommitted ? XAException.XA_HEURCOM : XAException.XA_HEURRB,
                    "branch %s was %s by somebody else; forget it"
                            .formatted(id, isCommitted ? "committed" : "rolled back"));
        }
        if (outcome instanceof DecisionOutcome.Refused refused) {
            return XaFailure.of(
                    switch (refused.reason()) {
                        case OVERLOADED, DISK_FULL -> XAException.XA_RETRY;
                        case ILLEGAL_ARGUMENT -> XAException.XAER_PROTO;
                        default -> XAException.XAER_RMFAIL;
                    },
                    refused.remedy());
        }
        return unknown(id);
    }

    /** Whatever the broker says or does not say, the branch is over here, unless it is still to be decided. */
    void forget(BranchId id) throws XAException {
        Optional<Branch> own = find(id);
        if (own.isPresent() && !isAsked(own.get())) {
            throw XaFailure.of(XAException.XAER_PROTO, "branch %s is not decided; roll it back".formatted(id));
        }
        boolean forgotten;
        try {
            forgotten = calls.await(units.forget(id.unitId()), "forgetting " + id);
        } catch (JMSException failed) {
            if (Refusal.ILLEGAL_ARGUMENT.name().equals(failed.getErrorCode())) {
                throw XaFailure.of(XAException.XAER_PROTO, failed.getMessage(), failed);
            }
            XAException told = unanswered(failed);
            own.ifPresent(branch -> abandon(branch, told));
            throw told;
        }
        if (!forgotten) {
            XAException told = unknown(id);
            own.ifPresent(branch -> abandon(branch, told));
            throw told;
        }
        // What its subscribers had is part of what was decided elsewhere.
        own.ifPresent(branch -> committedHere(branch, List.of()));
    }

    /** Every branch at the broker that is prepared or decided heuristically, whoever began it. */
    List<BranchId> recover() throws XAException {
        List<BranchId> found = new ArrayList<>();
        String after = "";
        try {
            for (boolean more = true; more; ) {
                PreparedPage page = calls.await(
                        units.prepared(after, UnitsOfWork.PAGE_MAX), "looking for branches that are prepared");
                for (PreparedUnit unit : page.units()) {
                    BranchId.parse(unit.id()).ifPresent(found::add);
                    after = unit.id();
                }
                more = page.more();
            }
        } catch (JMSException failed) {
            throw unanswered(failed);
        }
        return found;
    }
}
