package io.sluice.jms.jndi;

import jakarta.jms.ConnectionFactory;
import jakarta.jms.Queue;
import jakarta.jms.Topic;
import jakarta.jms.XAConnectionFactory;
import java.util.ServiceLoader;

/** Makes what JNDI hands out; the provider's classes implement it, found with {@link ServiceLoader}. */
public interface AdministeredObjects {

    /** @throws IllegalArgumentException when the URL cannot be used */
    ConnectionFactory connectionFactory(String url);

    /** For distributed transactions. */
    XAConnectionFactory xaConnectionFactory(String url);

    /** @throws io.sluice.model.IllegalNameException when there can be no such queue */
    Queue queue(String name);

    /** @throws io.sluice.model.IllegalNameException when there can be no such topic */
    Topic topic(String name);

    /** The provider's own, from the class loader that loaded this room. */
    static AdministeredObjects ofProvider() {
        return ServiceLoader.load(AdministeredObjects.class, AdministeredObjects.class.getClassLoader())
                .findFirst()
                .orElseThrow(() -> new IllegalStateException(
                        "META-INF/services/%s is missing; when jars are merged, merge their service files"
                                .formatted(AdministeredObjects.class.getName())));
    }
}
