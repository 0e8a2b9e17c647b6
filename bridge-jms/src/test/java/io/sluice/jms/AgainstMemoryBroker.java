package io.sluice.jms;

import io.sluice.port.contract.MemoryBroker;
import jakarta.jms.Connection;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageConsumer;
import jakarta.jms.Queue;
import jakarta.jms.Session;
import jakarta.jms.TextMessage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** A broker on the heap, and a started connection with an automatically acknowledging session to it. */
abstract class AgainstMemoryBroker {
    /** Long enough for any machine; only a failing test waits so long. */
    static final long SOON_MS = 60_000;
    /** For messages that must not come. */
    static final long A_MOMENT_MS = 150;

    String url;
    MemoryBroker broker;
    SluiceConnectionFactory factory;
    Connection connection;
    Session session;
    private final List<AutoCloseable> opened = new ArrayList<>();

    @BeforeEach
    void open() throws JMSException {
        url = MemoryBrokers.start();
        broker = MemoryBrokers.at(url);
        factory = new SluiceConnectionFactory(url);
        connection = connect(factory);
        session = connection.createSession();
    }

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable each : opened) {
            each.close();
        }
        MemoryBrokers.stop(url);
    }

    /** A started connection that the test need not close. */
    Connection connect(SluiceConnectionFactory from) throws JMSException {
        Connection started = from.createConnection();
        opened.add(started);
        started.start();
        return started;
    }

    <T extends AutoCloseable> T closing(T resource) {
        opened.add(resource);
        return resource;
    }

    void send(Queue queue, String... texts) throws JMSException {
        try (var producer = session.createProducer(queue)) {
            for (String text : texts) {
                producer.send(session.createTextMessage(text));
            }
        }
    }

    static String text(Message message) throws JMSException {
        return message == null ? null : ((TextMessage) message).getText();
    }

    static List<String> receiveTexts(MessageConsumer consumer, int count) throws JMSException {
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            texts.add(text(consumer.receive(SOON_MS)));
        }
        return texts;
    }

    static ConditionFactory soon() {
        return Awaitility.await().atMost(Duration.ofMillis(SOON_MS)).pollInterval(Duration.ofMillis(5));
    }
}
