package io.sluice.gateway.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.gateway.node.NodeProcess;
import io.sluice.jms.SluiceConnectionFactory;
import io.sluice.jms.SluiceXAConnectionFactory;
import jakarta.jms.Connection;
import jakarta.jms.MessageConsumer;
import jakarta.jms.Queue;
import jakarta.jms.Session;
import jakarta.jms.XAConnection;
import jakarta.jms.XASession;
import java.nio.file.Path;
import javax.transaction.xa.XAResource;
import javax.transaction.xa.Xid;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A branch of a distributed transaction over the wire. Between prepare and commit the program that prepared it goes with everything
 * it knew, and the node is killed; a program that comes later finds the branch and commits it.
 */
class KillBranchTest {
    private static final long SOON_MS = 60_000;

    @TempDir
    Path directory;

    private record Name(int getFormatId, byte[] getGlobalTransactionId, byte[] getBranchQualifier) implements Xid {}

    private final Xid name = new Name(7, new byte[] {1, 2, 3}, new byte[] {4});

    private static String url(NodeProcess node) {
        return "sluice://" + node.nameServer();
    }

    private void prepare(NodeProcess node) throws Exception {
        try (Connection connection = new SluiceConnectionFactory(url(node)).createConnection()) {
            Session session = connection.createSession();
            session.createProducer(session.createQueue("in")).send(session.createTextMessage("a"));
        }
        try (XAConnection connection = new SluiceXAConnectionFactory(url(node)).createXAConnection()) {
            connection.start();
            XASession session = connection.createXASession();
            XAResource resource = session.getXAResource();
            resource.start(name, XAResource.TMNOFLAGS);
            MessageConsumer consumer = session.createConsumer(session.createQueue("in"));
            String text = consumer.receive(SOON_MS).getBody(String.class);
            session.createProducer(session.createQueue("out")).send(session.createTextMessage(text + "!"));
            resource.end(name, XAResource.TMSUCCESS);
            assertThat(resource.prepare(name)).isEqualTo(XAResource.XA_OK);
        }
    }

    @Test
    void aPreparedBranchOutlivesItsProgramAndTheNode() throws Exception {
        Path data = directory.resolve("data");
        try (NodeProcess node = NodeProcess.up(data, "flushDiskType=SYNC_FLUSH")) {
            prepare(node);
            node.kill();
        }
        try (NodeProcess node = NodeProcess.up(data, "flushDiskType=SYNC_FLUSH");
                XAConnection recovering = new SluiceXAConnectionFactory(url(node)).createXAConnection();
                Connection connection = new SluiceConnectionFactory(url(node)).createConnection()) {
            connection.start();
            Session session = connection.createSession();
            Queue in = session.createQueue("in");
            MessageConsumer results = session.createConsumer(session.createQueue("out"));
            XAResource resource = recovering.createXASession().getXAResource();
            Xid[] found = resource.recover(XAResource.TMSTARTRSCAN | XAResource.TMENDRSCAN);
            assertThat(found).hasSize(1);
            assertThat(found[0].getGlobalTransactionId()).isEqualTo(name.getGlobalTransactionId());
            assertThat(found[0].getBranchQualifier()).isEqualTo(name.getBranchQualifier());
            assertThat(results.receiveNoWait()).isNull();

            resource.commit(name, false);
            resource.commit(name, false);

            assertThat(results.receive(SOON_MS).getBody(String.class)).isEqualTo("a!");
            assertThat(results.receiveNoWait()).isNull();
            assertThat(session.createConsumer(in).receiveNoWait()).isNull();
            assertThat(resource.recover(XAResource.TMSTARTRSCAN)).isEmpty();
        }
    }
}
