package io.sluice.perf.load;

import io.sluice.jms.SluiceConnectionFactory;
import jakarta.jms.BytesMessage;
import jakarta.jms.Connection;
import jakarta.jms.JMSException;
import jakarta.jms.MessageProducer;
import jakarta.jms.Session;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/** Persistent bytes messages to a queue, each send waited for; one session per load thread. */
public final class JmsLoadClient implements LoadClient {
    private record Sending(Session session, MessageProducer producer) {}

    private final ThreadLocal<Sending> sending = ThreadLocal.withInitial(this::open);
    private final Connection connection;
    private final LoadSettings settings;

    public JmsLoadClient(LoadSettings settings) throws JMSException {
        if (settings.style() != SendStyle.SYNC) {
            throw new IllegalArgumentException(
                    "style %s is not one of the JMS load; use sync".formatted(settings.style()));
        }
        this.settings = settings;
        this.connection = new SluiceConnectionFactory("sluice://" + settings.address()).createConnection();
    }

    private Sending open() {
        try {
            Session session = connection.createSession(Session.AUTO_ACKNOWLEDGE);
            return new Sending(session, session.createProducer(session.createQueue(settings.topic())));
        } catch (JMSException failed) {
            throw new IllegalStateException("no JMS session", failed);
        }
    }

    @Override
    public CompletionStage<Integer> send(byte[] body) throws JMSException {
        BytesMessage message = sending.get().session().createBytesMessage();
        message.writeBytes(body);
        sending.get().producer().send(message);
        return CompletableFuture.completedFuture(1);
    }

    /** The queue of JMS has one group, so the name is not used. */
    @Override
    public void receive(String group, Consumer<byte[]> received) throws JMSException {
        Session session = connection.createSession(Session.AUTO_ACKNOWLEDGE);
        session.createConsumer(session.createQueue(settings.topic())).setMessageListener(message -> {
            try {
                received.accept(message.getBody(byte[].class));
            } catch (JMSException failed) {
                throw new IllegalStateException("a message cannot be read", failed);
            }
        });
        connection.start();
    }

    @Override
    public void close() {
        try {
            connection.close();
        } catch (JMSException failed) {
            throw new IllegalStateException("the JMS connection does not close", failed);
        }
    }
}
