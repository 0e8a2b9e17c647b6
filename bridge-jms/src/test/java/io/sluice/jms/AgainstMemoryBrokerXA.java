package io.sluice.jms;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.port.PreparedUnit;
import jakarta.jms.JMSException;
import jakarta.jms.MessageConsumer;
import jakarta.jms.Queue;
import jakarta.jms.XAConnection;
import jakarta.jms.XASession;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import javax.transaction.xa.XAException;
import javax.transaction.xa.XAResource;
import javax.transaction.xa.Xid;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;

/** As {@link AgainstMemoryBroker}, with a session for distributed transactions; the test is their manager. */
abstract class AgainstMemoryBrokerXA extends AgainstMemoryBroker {
    private final AtomicInteger numbers = new AtomicInteger();
    SluiceXAConnectionFactory xaFactory;
    XAConnection xaConnection;
    XASession xa;
    XAResource resource;
    Queue in;
    Queue out;

    /** A name as transaction managers make them: two parts of up to 64 bytes. */
    record Name(int getFormatId, byte[] getGlobalTransactionId, byte[] getBranchQualifier) implements Xid {}

    @BeforeEach
    void openXA() throws Exception {
        xaFactory = new SluiceXAConnectionFactory(url);
        xaConnection = closing(xaFactory.createXAConnection());
        xaConnection.start();
        xa = xaConnection.createXASession();
        resource = xa.getXAResource();
        in = session.createQueue("in");
        out = session.createQueue("out");
    }

    Xid name() {
        byte[] global = ("g".repeat(50) + numbers.incrementAndGet()).getBytes(StandardCharsets.UTF_8);
        return new Name(0xCAFE, global, new byte[64]);
    }

    static void assertCode(int code, ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOfSatisfying(XAException.class, failure -> assertThat(failure.errorCode)
                .as(failure.getMessage())
                .isEqualTo(code));
    }

    /** Sends one message for a branch, and ends the work for it in this way. */
    void sendAs(Xid name, String text, int ending) throws Exception {
        resource.start(name, XAResource.TMNOFLAGS);
        sendIn(xa, text);
        resource.end(name, ending);
    }

    void sendIn(XASession from, String text) throws JMSException {
        try (var producer = from.createProducer(out)) {
            producer.send(from.createTextMessage(text));
        }
    }

    /** Receives one and sends one, in a branch that is ended. */
    Xid worked(String text) throws Exception {
        Xid name = name();
        resource.start(name, XAResource.TMNOFLAGS);
        try (MessageConsumer consumer = xa.createConsumer(in)) {
            assertThat(text(consumer.receive(SOON_MS))).isEqualTo(text);
        }
        sendIn(xa, text.toUpperCase());
        resource.end(name, XAResource.TMSUCCESS);
        return name;
    }

    List<PreparedUnit> prepared() {
        return broker.units().prepared("", 1000).toCompletableFuture().join().units();
    }
}
