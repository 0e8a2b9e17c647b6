package io.sluice.jms;

import io.sluice.filter.Filters;
import io.sluice.model.Caller;
import io.sluice.port.BrokerPort;
import io.sluice.port.BrokerPortFactory;
import io.sluice.port.contract.MemoryBroker;
import java.net.URI;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/** Brokers on the heap, reached by {@code memory://NAME} as an application reaches a real one. */
public final class MemoryBrokers implements BrokerPortFactory {
    private static final Map<String, MemoryBroker> OPEN = new ConcurrentHashMap<>();

    /** The URL of a new broker. */
    static String start() {
        Filters filters = new Filters();
        String name = "b" + UUID.randomUUID();
        OPEN.put(name, new MemoryBroker((expression, view) -> filters.compile(expression)
                .matches(view)));
        return "memory://" + name;
    }

    static MemoryBroker at(String url) {
        return OPEN.get(URI.create(url).getHost());
    }

    static void stop(String url) {
        OPEN.remove(URI.create(url).getHost()).close();
    }

    @Override
    public boolean understands(URI address) {
        return "memory".equals(address.getScheme());
    }

    /** A view, which connections may close without ending the broker. */
    @Override
    public BrokerPort connect(URI address) {
        return OPEN.get(address.getHost()).onBehalfOf(Caller.anonymous("test", "heap"));
    }
}
