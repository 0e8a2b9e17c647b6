package io.sluice.jms.xa;

import io.sluice.jms.deliver.Outbox;
import io.sluice.jms.deliver.SessionLane;
import io.sluice.model.Message;
import io.sluice.port.Placement;
import jakarta.jms.IllegalStateException;
import jakarta.jms.JMSException;
import jakarta.jms.TransactionRolledBackException;
import java.util.HashSet;
import java.util.Set;
import java.util.function.BooleanSupplier;
import javax.transaction.xa.XAException;
import javax.transaction.xa.XAResource;
import javax.transaction.xa.Xid;

/**
 * What a transaction manager tells one session (JTA 2.0 §3.4): for which branch it works, and what becomes of branches. What the
 * session sends and receives while it works for a branch belongs to the branch. Safe for many threads.
 */
public final class SessionResource implements XAResource, Outbox {
    private static final int RECOVER_FLAGS = TMSTARTRSCAN | TMENDRSCAN;

    private final Branches branches;
    private final SessionLane lane;
    /** The branch that the session works for; {@code null} for none. Guarded by this object, as all below. */
    private Branch current;
    /** Branches that the session will go on with. */
    private final Set<BranchId> suspended = new HashSet<>();
    /** The branch that the session worked for when it closed, until it is ended; {@code null} for none. */
    private BranchId left;

    private int timeoutSeconds;

    public SessionResource(Branches branches, SessionLane lane) {
        this.branches = branches;
        this.lane = lane;
    }

    // ---- for the session

    /**
     * For a receive that begins now: a message that it finds becomes part of the branch of this moment. When the session works for that
     * branch no more, the message is not taken, since nobody would settle it.
     *
     * @throws IllegalStateException when the session works for no branch
     */
    public synchronized SessionLane.Admission admission() throws JMSException {
        Branch asking = branch();
        return taking -> admit(asking, taking);
    }

    private synchronized boolean admit(Branch asking, BooleanSupplier taking) throws JMSException {
        if (current != asking) {
            throw new TransactionRolledBackException(
                    "branch %s was ended while the session waited for a message; the message is left for the next receive"
                            .formatted(asking.id));
        }
        return taking.getAsBoolean();
    }

    private Branch branch() throws JMSException {
        if (current == null) {
            throw new IllegalStateException(
                    "the session works for no transaction: enlist its XAResource first, or use a session that is not an XASession");
        }
        try {
            branches.requireTime(current);
        } catch (XAException late) {
            TransactionRolledBackException told = new TransactionRolledBackException(late.getMessage());
            told.initCause(late);
            told.setLinkedException(late);
            throw told;
        }
        return current;
    }

    @Override
    public synchronized void send(Message message, Placement placement, Told told) throws JMSException {
        branch().work.send(message, placement, told);
    }

    /** The session closes: what it has received stays with the branch, which somebody else ends. */
    public synchronized void leave() {
        if (current != null) {
            lane.handOver(current.work);
            branches.leave(current, false, false);
            left = current.id;
            current = null;
        }
    }

    // ---- for the transaction manager: work

    @Override
    public synchronized void start(Xid xid, int flags) throws XAException {
        BranchId id = Branches.named(xid);
        if (current != null) {
            throw XaFailure.of(
                    XAException.XAER_PROTO, "the session works for branch %s; end that first".formatted(current.id));
        }
        switch (flags) {
            case TMNOFLAGS -> current = branches.begin(id, timeoutSeconds);
            case TMJOIN -> current = branches.join(id);
            case TMRESUME -> {
                if (!suspended.contains(id)) {
                    throw XaFailure.of(XAException.XAER_PROTO, "branch %s is not suspended here".formatted(id));
                }
                current = branches.resume(id);
                suspended.remove(id);
            }
            default -> throw illegalFlags(flags);
        }
    }

    private static XAException illegalFlags(int flags) {
        return XaFailure.of(XAException.XAER_INVAL, "flags 0x%x are not allowed here".formatted(flags));
    }

    @Override
    public synchronized void end(Xid xid, int flags) throws XAException {
        BranchId id = Branches.named(xid);
        if (flags != TMSUCCESS && flags != TMFAIL && flags != TMSUSPEND) {
            throw illegalFlags(flags);
        }
        if (id.equals(left) && flags != TMSUSPEND) {
            endLeft(flags == TMFAIL);
            return;
        }
        boolean isCurrent = current != null && current.id.equals(id);
        if (!isCurrent && (flags == TMSUSPEND || !suspended.contains(id))) {
            throw XaFailure.of(XAException.XAER_PROTO, "the session does not work for branch %s".formatted(id));
        }
        if (!isCurrent) {
            suspended.remove(id);
            branches.leave(branches.known(id), true, flags == TMFAIL);
            return;
        }
        lane.handOver(current.work);
        if (flags == TMSUSPEND) {
            branches.suspend(current);
            suspended.add(id);
        } else {
            branches.leave(current, false, flags == TMFAIL);
        }
        current = null;
    }

    /** Applications close their sessions before the transaction manager ends the work for the branch. */
    private void endLeft(boolean failed) throws XAException {
        BranchId id = left;
        left = null;
        if (failed) {
            branches.doom(id);
        }
    }

    // ---- for the transaction manager: ends

    @Override
    public int prepare(Xid xid) throws XAException {
        return branches.prepare(Branches.named(xid));
    }

    @Override
    public void commit(Xid xid, boolean onePhase) throws XAException {
        BranchId id = Branches.named(xid);
        if (onePhase) {
            branches.commitInOnePhase(id);
        } else {
            branches.commit(id);
        }
    }

    @Override
    public void rollback(Xid xid) throws XAException {
        branches.rollback(Branches.named(xid));
    }

    @Override
    public void forget(Xid xid) throws XAException {
        branches.forget(Branches.named(xid));
    }

    /** All of them at the start of a scan, nothing more afterwards. */
    @Override
    public Xid[] recover(int flags) throws XAException {
        if ((flags & ~RECOVER_FLAGS) != 0) {
            throw illegalFlags(flags);
        }
        return (flags & TMSTARTRSCAN) == 0 ? new Xid[0] : branches.recover().toArray(Xid[]::new);
    }

    @Override
    public boolean isSameRM(XAResource other) {
        return other instanceof SessionResource that && that.branches == branches;
    }

    @Override
    public synchronized int getTransactionTimeout() {
        return timeoutSeconds;
    }

    /**
     * Of branches that are begun from now on: a branch that is not prepared in time can only be rolled back.
     *
     * @param seconds 0: no limit
     */
    @Override
    public synchronized boolean setTransactionTimeout(int seconds) throws XAException {
        if (seconds < 0) {
            throw XaFailure.of(XAException.XAER_INVAL, "a timeout of %d s is negative".formatted(seconds));
        }
        timeoutSeconds = seconds;
        return true;
    }
}
