package io.sluice.gateway.coordinator;

import io.sluice.gateway.node.LineProcess;
import io.sluice.jms.SluiceXAConnectionFactory;
import jakarta.jms.JMSException;
import jakarta.jms.MessageConsumer;
import jakarta.jms.XAConnection;
import jakarta.jms.XASession;
import jakarta.transaction.TransactionManager;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;
import javax.transaction.xa.XAResource;

/**
 * A program with a transaction manager. {@code work DIR URL URL}: two transactions over two clusters, each of which receives at the
 * first and sends at the second. The process ends, at once, when one is prepared everywhere and not decided, and the other is decided
 * and committed nowhere. {@code recover DIR URL URL}: looks once for what is to be ended.
 */
public final class CoordinatorProgram {
    /** How the process that works ends. */
    public static final int DIED = 17;

    /** Queue, of the first cluster and of the second, of the transaction that is decided, and of the other one. */
    public static final String DECIDED = "decided";

    public static final String UNDECIDED = "undecided";

    private static final long SOON_MS = 60_000;

    private final Coordinator coordinator;
    private final XAConnection first;
    private final XAConnection second;

    private CoordinatorProgram(Coordinator coordinator, XAConnection first, XAConnection second) {
        this.coordinator = coordinator;
        this.first = first;
        this.second = second;
    }

    /** The program as a process. @param step {@code work} or {@code recover} */
    public static LineProcess process(String step, Path decisions, String firstUrl, String secondUrl) {
        return new LineProcess(
                "coordinator " + step,
                new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx128m",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        CoordinatorProgram.class.getName(),
                        step,
                        decisions.toString(),
                        firstUrl,
                        secondUrl));
    }

    public static void main(String[] arguments) throws Exception {
        Coordinator coordinator = Coordinator.open(Path.of(arguments[1]));
        try (XAConnection first = new SluiceXAConnectionFactory(arguments[2]).createXAConnection();
                XAConnection second = new SluiceXAConnectionFactory(arguments[3]).createXAConnection()) {
            CoordinatorProgram program = new CoordinatorProgram(coordinator, first, second);
            if (arguments[0].equals("work")) {
                program.work();
            } else {
                program.recover();
            }
        }
    }

    private void work() throws Exception {
        first.start();
        CountDownLatch undecided = new CountDownLatch(1);
        Thread never = new Thread(() -> {
            try {
                move(UNDECIDED, Bystander.onPrepare(() -> waitForEver(undecided)), true);
            } catch (Exception failed) {
                failed.printStackTrace();
                Runtime.getRuntime().halt(1);
            }
        });
        never.setDaemon(true);
        never.start();
        undecided.await();
        move(DECIDED, Bystander.onCommit(() -> Runtime.getRuntime().halt(DIED)), false);
    }

    private static void waitForEver(CountDownLatch said) {
        said.countDown();
        while (true) {
            LockSupport.park();
        }
    }

    /** @param isLast whether the bystander is asked after the others */
    private void move(String name, Bystander bystander, boolean isLast) throws Exception {
        TransactionManager manager = coordinator.transactions();
        XASession from = first.createXASession();
        XASession to = second.createXASession();
        List<XAResource> sessions = List.of(from.getXAResource(), to.getXAResource());
        manager.begin();
        if (!isLast) {
            manager.getTransaction().enlistResource(bystander);
        }
        for (XAResource session : sessions) {
            manager.getTransaction().enlistResource(session);
        }
        if (isLast) {
            manager.getTransaction().enlistResource(bystander);
        }
        receiveAndSend(name, from, to);
        manager.commit();
    }

    private static void receiveAndSend(String name, XASession from, XASession to) throws JMSException {
        try (MessageConsumer consumer = from.createConsumer(from.createQueue(name))) {
            String text = consumer.receive(SOON_MS).getBody(String.class);
            to.createProducer(to.createQueue(name)).send(to.createTextMessage(text));
        }
    }

    private void recover() {
        for (XAConnection connection : List.of(first, second)) {
            coordinator.recoversFrom(() -> connection.createXASession().getXAResource());
        }
        coordinator.recover();
    }
}
