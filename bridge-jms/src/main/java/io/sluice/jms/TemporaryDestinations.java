package io.sluice.jms;

import io.sluice.jms.call.BrokerCalls;
import io.sluice.jms.destination.Address;
import io.sluice.jms.destination.Kind;
import io.sluice.model.TopicName;
import io.sluice.port.TopicCatalog;
import io.sluice.port.TopicCatalog.TopicSettings;
import jakarta.jms.IllegalStateException;
import jakarta.jms.InvalidDestinationException;
import jakarta.jms.JMSException;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Temporary queues and topics of one connection: native topics with a name that nobody guesses, deleted with the connection.
 * Safe for many threads.
 */
final class TemporaryDestinations {
    private static final Logger log = LoggerFactory.getLogger(TemporaryDestinations.class);
    private static final String NAME_PREFIX = "jms-temp-";
    /** Live temporary destinations of one connection. */
    private static final int COUNT_MAX = 1_000;

    private final String connectionId;
    private final TopicCatalog topics;
    private final BrokerCalls calls;
    private final Predicate<Address> isConsumed;
    private final AtomicInteger count = new AtomicInteger();
    private final Set<Address> live = ConcurrentHashMap.newKeySet();

    /** @param isConsumed whether a consumer of this connection is open on the address */
    TemporaryDestinations(String connectionId, TopicCatalog topics, BrokerCalls calls, Predicate<Address> isConsumed) {
        this.connectionId = connectionId;
        this.topics = topics;
        this.calls = calls;
        this.isConsumed = isConsumed;
    }

    Address create(Kind kind) throws JMSException {
        if (live.size() >= COUNT_MAX) {
            throw new JMSException(
                    "this connection has %d temporary destinations; delete some, or use one for many replies"
                            .formatted(COUNT_MAX));
        }
        TopicName name = new TopicName(NAME_PREFIX + connectionId + "-" + count.incrementAndGet());
        calls.await(topics.put(name, TopicSettings.ofQueues(1)), "creating temporary topic " + name);
        Address address = new Address(kind, name.value(), true);
        live.add(address);
        return address;
    }

    boolean isOwn(Address address) {
        return live.contains(address);
    }

    /** A deleted temporary destination must not come to life again by a late reply. */
    void requireLive(Address address) throws JMSException {
        boolean exists = isOwn(address)
                || calls.await(topics.describe(address.topic()), "looking up " + address)
                        .isPresent();
        if (!exists) {
            throw new InvalidDestinationException(
                    "%s does not exist any more; its connection has closed or deleted it".formatted(address));
        }
    }

    static void delete(Address address, TemporaryDestinations owner) throws JMSException {
        if (owner == null) {
            throw new JMSException("%s can only be deleted by the connection that made it".formatted(address));
        }
        owner.delete(address);
    }

    private void delete(Address address) throws JMSException {
        if (isConsumed.test(address)) {
            throw new IllegalStateException("%s has an open consumer; close it first".formatted(address));
        }
        if (live.remove(address)) {
            calls.await(topics.delete(address.topic()), "deleting " + address);
        }
    }

    /** The connection closes; what cannot be deleted is logged, since nobody can do more. */
    void deleteAll() {
        for (Address address : List.copyOf(live)) {
            live.remove(address);
            try {
                calls.await(topics.delete(address.topic()), "deleting " + address);
            } catch (JMSException failed) {
                log.warn("a temporary destination is left behind: {}", failed.getMessage());
            }
        }
    }
}
