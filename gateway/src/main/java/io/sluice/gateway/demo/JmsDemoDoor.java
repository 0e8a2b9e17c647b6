package io.sluice.gateway.demo;

import io.sluice.jms.SluiceConnectionFactory;
import io.sluice.model.SluiceException;
import io.sluice.port.Refusal;
import jakarta.jms.BytesMessage;
import jakarta.jms.Connection;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.Session;
import jakarta.jms.TextMessage;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/** The JMS door: a queue with a listener. */
final class JmsDemoDoor implements DemoDoor {
    private static final String CONTENT_TYPE = "JMS_Sluice_ContentType";
    private static final String TAG = "JMS_Sluice_Tag";
    private static final String KEYS = "JMS_Sluice_Keys";

    private final Connection connection;
    private final Session sending;
    private final Session receiving;
    private final String topic;

    JmsDemoDoor(String url, String topic) throws JMSException {
        this.connection = new SluiceConnectionFactory(url).createConnection();
        this.sending = connection.createSession(Session.AUTO_ACKNOWLEDGE);
        this.receiving = connection.createSession(Session.AUTO_ACKNOWLEDGE);
        this.topic = topic;
    }

    @Override
    public String name() {
        return "JMS";
    }

    @Override
    public void receive(Consumer<Parcel> told, Consumer<String> lacking) throws JMSException {
        connection.setExceptionListener(failed -> {
            if (Refusal.NOT_SUPPORTED.name().equals(failed.getErrorCode())) {
                lacking.accept(failed.getMessage());
            }
        });
        receiving.createConsumer(receiving.createQueue(topic)).setMessageListener(message -> {
            try {
                told.accept(parcel(message));
            } catch (JMSException failed) {
                throw new SluiceException("the JMS door of the demo failed: " + failed.getMessage(), failed);
            }
        });
        connection.start();
    }

    private static Parcel parcel(Message message) throws JMSException {
        return new Parcel(
                body(message),
                message.getStringProperty(CONTENT_TYPE),
                message.getStringProperty(TAG),
                message.getStringProperty(KEYS),
                message.getStringProperty(Parcel.NOTE));
    }

    private static String body(Message message) throws JMSException {
        if (message instanceof TextMessage text) {
            return text.getText();
        }
        BytesMessage bytes = (BytesMessage) message;
        byte[] body = new byte[Math.toIntExact(bytes.getBodyLength())];
        bytes.readBytes(body);
        return new String(body, StandardCharsets.UTF_8);
    }

    @Override
    public void send(Parcel parcel) throws JMSException {
        TextMessage message = sending.createTextMessage(parcel.body());
        message.setStringProperty(CONTENT_TYPE, parcel.contentType());
        message.setStringProperty(TAG, parcel.tag());
        message.setStringProperty(KEYS, parcel.key());
        message.setStringProperty(Parcel.NOTE, parcel.note());
        sending.createProducer(sending.createQueue(topic)).send(message);
    }

    @Override
    public void close() {
        try {
            connection.close();
        } catch (JMSException failed) {
            throw new SluiceException("the JMS connection of the demo does not close: " + failed.getMessage(), failed);
        }
    }
}
