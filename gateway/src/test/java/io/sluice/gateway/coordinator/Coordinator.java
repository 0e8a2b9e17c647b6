package io.sluice.gateway.coordinator;

import com.arjuna.ats.arjuna.common.CoreEnvironmentBeanException;
import com.arjuna.ats.arjuna.common.ObjectStoreEnvironmentBean;
import com.arjuna.ats.arjuna.common.arjPropertyManager;
import com.arjuna.ats.arjuna.common.recoveryPropertyManager;
import com.arjuna.ats.arjuna.recovery.RecoveryManager;
import com.arjuna.ats.internal.arjuna.recovery.AtomicActionRecoveryModule;
import com.arjuna.ats.internal.jta.recovery.arjunacore.JTANodeNameXAResourceOrphanFilter;
import com.arjuna.ats.internal.jta.recovery.arjunacore.JTATransactionLogXAResourceOrphanFilter;
import com.arjuna.ats.internal.jta.recovery.arjunacore.XARecoveryModule;
import com.arjuna.ats.jta.common.jtaPropertyManager;
import com.arjuna.ats.jta.recovery.XAResourceRecoveryHelper;
import com.arjuna.common.internal.util.propertyservice.BeanPopulator;
import jakarta.transaction.TransactionManager;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import javax.transaction.xa.XAResource;

/**
 * Narayana as the transaction manager of this process. Its settings are of the whole process, so there is one. It recovers when it
 * is told to, and never by itself.
 */
public final class Coordinator {
    private static final String NODE = "n1";

    private final TransactionManager transactions;
    private final RecoveryManager recovery;
    private final XARecoveryModule resources;

    private Coordinator(TransactionManager transactions, RecoveryManager recovery, XARecoveryModule resources) {
        this.transactions = transactions;
        this.recovery = recovery;
        this.resources = resources;
    }

    /** @param decisions directory where it keeps what it has decided */
    public static Coordinator open(Path decisions) throws CoreEnvironmentBeanException {
        keepIn(BeanPopulator.getDefaultInstance(ObjectStoreEnvironmentBean.class), decisions);
        keepIn(BeanPopulator.getNamedInstance(ObjectStoreEnvironmentBean.class, "communicationStore"), decisions);
        keepIn(BeanPopulator.getNamedInstance(ObjectStoreEnvironmentBean.class, "stateStore"), decisions);
        arjPropertyManager.getCoreEnvironmentBean().setNodeIdentifier(NODE);
        arjPropertyManager.getCoordinatorEnvironmentBean().setTransactionStatusManagerEnable(false);
        // What it does not know of, and which has its name, it rolls back, at once.
        jtaPropertyManager.getJTAEnvironmentBean().setXaRecoveryNodes(List.of(NODE));
        jtaPropertyManager.getJTAEnvironmentBean().setOrphanSafetyInterval(1);
        jtaPropertyManager
                .getJTAEnvironmentBean()
                .setXaResourceOrphanFilters(List.of(
                        new JTATransactionLogXAResourceOrphanFilter(), new JTANodeNameXAResourceOrphanFilter()));
        XARecoveryModule resources = new XARecoveryModule();
        recoveryPropertyManager.getRecoveryEnvironmentBean().setRecoveryListener(false);
        recoveryPropertyManager.getRecoveryEnvironmentBean().setRecoveryBackoffPeriod(1);
        recoveryPropertyManager
                .getRecoveryEnvironmentBean()
                .setRecoveryModules(List.of(new AtomicActionRecoveryModule(), resources));
        RecoveryManager recovery = RecoveryManager.manager(RecoveryManager.DIRECT_MANAGEMENT);
        return new Coordinator(com.arjuna.ats.jta.TransactionManager.transactionManager(), recovery, resources);
    }

    private static void keepIn(ObjectStoreEnvironmentBean store, Path directory) {
        store.setObjectStoreDir(directory.toString());
    }

    public TransactionManager transactions() {
        return transactions;
    }

    /** A place where branches may be found; asked for whenever it recovers. */
    public void recoversFrom(Callable<XAResource> place) {
        resources.addXAResourceRecoveryHelper(new XAResourceRecoveryHelper() {
            @Override
            public boolean initialise(String parameter) {
                return true;
            }

            @Override
            public XAResource[] getXAResources() throws Exception {
                return new XAResource[] {place.call()};
            }
        });
    }

    /** Looks for branches and ends those of which it knows how; takes a second. */
    public void recover() {
        recovery.scan();
    }
}
