package io.sluice.jms;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.model.Message;
import io.sluice.port.Placement;
import jakarta.jms.InvalidSelectorException;
import jakarta.jms.MessageConsumer;
import jakarta.jms.MessageProducer;
import jakarta.jms.Queue;
import jakarta.jms.TextMessage;
import jakarta.jms.Topic;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Message selectors, Jakarta Messaging 3.1 §3.8.1. */
class SelectorTest extends AgainstMemoryBroker {

    /** §4.1.2: what a consumer of a queue does not select stays for others. */
    @Test
    void messagesThatAConsumerDoesNotSelectStayForOthers() throws Exception {
        Queue queue = session.createQueue("orders");
        for (String color : new String[] {"red", "blue", "red"}) {
            TextMessage message = session.createTextMessage(color);
            message.setStringProperty("color", color);
            session.createProducer(queue).send(message);
        }
        MessageConsumer blue = session.createConsumer(queue, "color = 'blue'");
        assertThat(text(blue.receive(SOON_MS))).isEqualTo("blue");
        assertThat(blue.receiveNoWait()).isNull();

        MessageConsumer rest = session.createConsumer(queue);

        assertThat(receiveTexts(rest, 2)).containsExactly("red", "red");
    }

    @Test
    void aSubscriberGetsWhatItSelects() throws Exception {
        Topic topic = session.createTopic("news");
        MessageConsumer consumer = session.createConsumer(topic, "n > 1 AND urgent");
        MessageProducer producer = session.createProducer(topic);
        for (int n = 0; n < 4; n++) {
            TextMessage message = session.createTextMessage("n" + n);
            message.setIntProperty("n", n);
            message.setBooleanProperty("urgent", n != 2);
            producer.send(message);
        }

        assertThat(text(consumer.receive(SOON_MS))).isEqualTo("n3");
        assertThat(consumer.receiveNoWait()).isNull();
    }

    /** §3.8.1.1: header fields, tags and keys; types of properties; defaults as on a message without them. */
    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '"',
            value = {
                "JMSPriority = 7; true",
                "JMSPriority < 7; false",
                "JMSType = 'car'; true",
                "JMSType IS NULL; false",
                "JMSCorrelationID LIKE 'c-%'; true",
                "JMSDeliveryMode = 'PERSISTENT'; true",
                "JMSDeliveryMode = 'NON_PERSISTENT'; false",
                "JMSTimestamp > 0; true",
                "JMSMessageID LIKE 'ID:%'; true",
                "JMS_Sluice_Tag = 'paid'; true",
                "JMS_Sluice_Keys LIKE '%k2%'; true",
                "JMSXGroupID = 'g'; true",
                "count BETWEEN 4 AND 6; true",
                "count + 1 = 6; true",
                "word = '5'; true",
                "word = 5; false",
                "count = '5'; false",
                "ratio > 1.4; true",
                "flag; true",
                "flag = FALSE; false",
                "empty = ''; true",
                "empty IS NULL; false",
                "none IS NULL; true",
                "missing IS NULL; true",
                "missing = 1 OR flag = TRUE; true",
                "NOT (missing = 1); false",
                "word IN ('4', '5'); true",
                "word NOT LIKE '_'; false",
            })
    void aSelectorSeesHeadersAndTypedProperties(String selector, boolean selects) throws Exception {
        Queue queue = session.createQueue("cars");
        TextMessage message = session.createTextMessage("x");
        message.setJMSType("car");
        message.setJMSCorrelationID("c-1");
        message.setStringProperty("JMS_Sluice_Tag", "paid");
        message.setStringProperty("JMS_Sluice_Keys", "k1 k2");
        message.setStringProperty("JMSXGroupID", "g");
        message.setIntProperty("count", 5);
        message.setStringProperty("word", "5");
        message.setDoubleProperty("ratio", 1.5);
        message.setBooleanProperty("flag", true);
        message.setStringProperty("empty", "");
        message.setStringProperty("none", null);
        MessageProducer producer = session.createProducer(queue);
        producer.setPriority(7);
        producer.send(message);

        boolean selected = session.createConsumer(queue, selector).receiveNoWait() != null;

        assertThat(selected).isEqualTo(selects);
    }

    @Test
    void aMessageOfAnotherDoorHasTheDefaultsOfAMessage() throws Exception {
        broker.writer().send(Message.of("orders", "plain").withProperty("n", "5"), Placement.ANY);
        List<String> selectors =
                List.of("JMSPriority = 4 AND JMSDeliveryMode = 'PERSISTENT' AND JMSType IS NULL", "n = 5", "n = '5'");
        List<Boolean> selected = new ArrayList<>();
        for (String selector : selectors) {
            try (var client = connection.createSession(jakarta.jms.Session.CLIENT_ACKNOWLEDGE)) {
                selected.add(client.createConsumer(client.createQueue("orders"), selector)
                                .receiveNoWait()
                        != null);
            }
        }
        assertThat(selected).containsExactly(true, true, true);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a =",
                "= 5",
                "a = 'open",
                "JMSDestination = 'x'",
                "JMSExpiration > 0",
                "JMSXDeliveryCount > 1",
                "a LIKE 5",
                "NULL",
                "a = 1 AND"
            })
    void aSelectorThatCannotBeReadIsInvalid(String selector) throws Exception {
        for (var destination : List.of(session.createQueue("q"), session.createTopic("t"))) {
            assertThatThrownBy(() -> session.createConsumer(destination, selector))
                    .isInstanceOf(InvalidSelectorException.class)
                    .hasMessageContaining("selector");
        }
    }

    /** §3.8.1: null and the empty string select everything. */
    @Test
    void anEmptySelectorSelectsEverything() throws Exception {
        Queue queue = session.createQueue("orders");
        send(queue, "a", "b");
        MessageConsumer none = session.createConsumer(queue, null);
        assertThat(none.getMessageSelector()).isNull();
        assertThat(text(none.receive(SOON_MS))).isEqualTo("a");
        none.close();

        assertThat(text(session.createConsumer(queue, "").receive(SOON_MS))).isEqualTo("b");
        assertThat(session.createConsumer(queue, "a = 1").getMessageSelector()).isEqualTo("a = 1");
    }
}
