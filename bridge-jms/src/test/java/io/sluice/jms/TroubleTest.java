package io.sluice.jms;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.model.Message;
import io.sluice.model.TopicName;
import io.sluice.port.Placement;
import io.sluice.port.TopicCatalog.TopicSettings;
import jakarta.jms.InvalidDestinationException;
import jakarta.jms.JMSException;
import jakarta.jms.MessageConsumer;
import jakarta.jms.Session;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

/** What applications are told when the broker cannot, Jakarta Messaging 3.1 §6.1.7. */
class TroubleTest extends AgainstMemoryBroker {

    /** A wait that ended without an answer of the broker is not an empty queue. */
    @Test
    void aReceiveThatCouldNotAskTheBrokerThrows() throws Exception {
        MessageConsumer consumer = session.createConsumer(session.createQueue("orders"));
        broker.close();

        assertThatThrownBy(() -> consumer.receive(A_MOMENT_MS))
                .isInstanceOf(JMSException.class)
                .hasMessageContaining("queue orders");
        assertThatThrownBy(consumer::receiveNoWait).isInstanceOf(JMSException.class);
    }

    @Test
    void theExceptionListenerHearsOfAnOutageOnce() throws Exception {
        List<JMSException> heard = new CopyOnWriteArrayList<>();
        connection.setExceptionListener(heard::add);
        Session listening = connection.createSession();
        listening.createConsumer(listening.createQueue("orders")).setMessageListener(message -> {});

        broker.close();

        soon().until(() -> heard.size() == 1);
        assertThat(heard.get(0)).hasMessageContaining("queue orders");
    }

    @Test
    void aQueueThatMayNotBeReadSaysSoAtOnce() throws Exception {
        broker.topics().put(new TopicName("secret"), new TopicSettings(1, 1, false, true));
        MessageConsumer consumer = session.createConsumer(session.createQueue("secret"));

        assertThatThrownBy(consumer::receive).isInstanceOf(JMSException.class).hasMessageContaining("write only");
    }

    @Test
    void sendingToATopicThatMayNotBeCreatedIsAnInvalidDestination() throws Exception {
        broker.autoCreateTopics(false);
        var producer = session.createProducer(session.createQueue("nowhere"));

        assertThatThrownBy(() -> producer.send(session.createTextMessage("x")))
                .isInstanceOf(InvalidDestinationException.class);
    }

    /** Also with a broker that is gone, closing ends and leaves no thread behind. */
    @Test
    void closingWorksWithoutTheBroker() throws Exception {
        broker.writer().send(Message.of("orders", "x"), Placement.ANY);
        var own = connect(factory);
        Session client = own.createSession(Session.CLIENT_ACKNOWLEDGE);
        MessageConsumer consumer = client.createConsumer(client.createQueue("orders"));
        jakarta.jms.Message message = consumer.receive(SOON_MS);
        broker.close();
        MemoryBrokers.at(url).close();

        own.close();

        assertThatThrownBy(message::acknowledge).isInstanceOf(jakarta.jms.IllegalStateException.class);
    }
}
