package io.sluice.gateway.coordinator;

import java.io.Serializable;
import javax.transaction.xa.XAException;
import javax.transaction.xa.XAResource;
import javax.transaction.xa.Xid;

/**
 * Another resource of a transaction. It does something of the test's when it is asked to prepare or to commit, and nothing else; found
 * again in what the transaction manager has kept it does nothing at all.
 */
public final class Bystander implements XAResource, Serializable {
    private static final long serialVersionUID = 1L;

    private final transient Step onPrepare;
    private final transient Step onCommit;

    /** What it does then. */
    @FunctionalInterface
    public interface Step {
        Step NOTHING = () -> {};

        void run() throws XAException;
    }

    private Bystander(Step onPrepare, Step onCommit) {
        this.onPrepare = onPrepare;
        this.onCommit = onCommit;
    }

    public static Bystander onPrepare(Step step) {
        return new Bystander(step, Step.NOTHING);
    }

    public static Bystander onCommit(Step step) {
        return new Bystander(Step.NOTHING, step);
    }

    @Override
    public int prepare(Xid xid) throws XAException {
        run(onPrepare);
        return XA_OK;
    }

    @Override
    public void commit(Xid xid, boolean onePhase) throws XAException {
        run(onCommit);
    }

    private static void run(Step step) throws XAException {
        if (step != null) {
            step.run();
        }
    }

    @Override
    public void start(Xid xid, int flags) {}

    @Override
    public void end(Xid xid, int flags) {}

    @Override
    public void rollback(Xid xid) {}

    @Override
    public void forget(Xid xid) {}

    @Override
    public Xid[] recover(int flag) {
        return new Xid[0];
    }

    @Override
    public boolean isSameRM(XAResource other) {
        return other == this;
    }

    @Override
    public int getTransactionTimeout() {
        return 0;
    }

    @Override
    public boolean setTransactionTimeout(int seconds) {
        return false;
    }
}
