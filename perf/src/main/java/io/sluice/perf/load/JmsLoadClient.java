package io.sluice.perf.load;

import io.sluice.jms.SluiceConnectionFactory;
import io.sluice.perf.measure.Completion;
import io.sluice.runtime.CloseStack;
import jakarta.jms.BytesMessage;
import jakarta.jms.CompletionListener;
import jakarta.jms.Connection;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageConsumer;
import jakarta.jms.MessageProducer;
import jakarta.jms.Queue;
import jakarta.jms.Session;
import java.util.function.Consumer;

/** Persistent bytes messages to queues; one session per load thread. A queue has one group, so their names are not used. */
public final class JmsLoadClient implements LoadClient {
    private static final long WAIT_MS = 500;

    /** Of one load thread; a producer without a destination of its own. */
    private record Sending(Session session, MessageProducer producer) {}

    private final ThreadLocal<Sending> sending = ThreadLocal.withInitial(this::open);
    private final Connection connection;
    private final LoadSettings settings;

    public JmsLoadClient(LoadSettings settings) throws JMSException {
        this.settings = settings;
        this.connection = new SluiceConnectionFactory("sluice://" + settings.address()).createConnection();
    }

    private Sending open() {
        try {
            Session session = connection.createSession(Session.AUTO_ACKNOWLEDGE);
            return new Sending(session, session.createProducer(null));
        } catch (JMSException failed) {
            throw new IllegalStateException("no JMS session: " + failed.getMessage(), failed);
        }
    }

    @Override
    public void send(int topic, byte[] body, Completion completion) throws JMSException {
        Sending own = sending.get();
        Queue queue = own.session().createQueue(settings.topicName(topic));
        BytesMessage message = own.session().createBytesMessage();
        message.writeBytes(body);
        if (settings.style() == SendStyle.ASYNC) {
            own.producer().send(queue, message, new Told(completion));
        } else {
            own.producer().send(queue, message);
            completion.done(1);
        }
    }

    private record Told(Completion completion) implements CompletionListener {
        @Override
        public void onCompletion(Message sent) {
            completion.done(1);
        }

        @Override
        public void onException(Message sent, Exception failed) {
            completion.failed(failed);
        }
    }

    @Override
    public AutoCloseable receive(Member member, Consumer<byte[]> received) throws JMSException {
        CloseStack receiving = new CloseStack();
        for (String topic : settings.topicNames()) {
            Session session = connection.createSession(Session.AUTO_ACKNOWLEDGE);
            MessageConsumer consumer = session.createConsumer(session.createQueue(topic));
            if (settings.reading() == Reading.PULL) {
                receiving.push(new Receiver("jms-receive-" + topic, () -> receive(consumer, received), session::close));
            } else {
                consumer.setMessageListener(message -> accept(message, received));
                receiving.push(session::close);
            }
        }
        connection.start();
        return receiving;
    }

    private static void receive(MessageConsumer consumer, Consumer<byte[]> received) throws JMSException {
        Message message = consumer.receive(WAIT_MS);
        if (message != null) {
            accept(message, received);
        }
    }

    private static void accept(Message message, Consumer<byte[]> received) {
        try {
            received.accept(message.getBody(byte[].class));
        } catch (JMSException failed) {
            throw new IllegalStateException("a message cannot be read: " + failed.getMessage(), failed);
        }
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
