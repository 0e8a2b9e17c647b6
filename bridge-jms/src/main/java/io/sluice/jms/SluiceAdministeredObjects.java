package io.sluice.jms;

import io.sluice.jms.jndi.AdministeredObjects;
import jakarta.jms.ConnectionFactory;
import jakarta.jms.Queue;
import jakarta.jms.Topic;
import jakarta.jms.XAConnectionFactory;

/** The objects that JNDI hands out; found through {@code META-INF/services}. */
public final class SluiceAdministeredObjects implements AdministeredObjects {

    @Override
    public ConnectionFactory connectionFactory(String url) {
        return new SluiceConnectionFactory(url);
    }

    @Override
    public XAConnectionFactory xaConnectionFactory(String url) {
        return new SluiceXAConnectionFactory(url);
    }

    @Override
    public Queue queue(String name) {
        return new SluiceQueue(name);
    }

    @Override
    public Topic topic(String name) {
        return new SluiceTopic(name);
    }
}
