package io.sluice.port;

import io.sluice.model.SluiceException;
import java.net.URI;
import java.util.ServiceLoader;

/** How a door that runs in its own process finds a broker; located with {@link ServiceLoader}. */
public interface BrokerPortFactory {

    /** Whether this factory can connect to addresses of this scheme. */
    boolean understands(URI address);

    /**
     * Opens a port; the caller closes it.
     *
     * @param address {@code sluice://host:port[,host:port]?option=value}, where host and port are name servers
     */
    BrokerPort connect(URI address);

    /** Connects with the first factory on the class path that understands the address. */
    static BrokerPort open(URI address) {
        for (BrokerPortFactory factory : ServiceLoader.load(BrokerPortFactory.class)) {
            if (factory.understands(address)) {
                return factory.connect(address);
            }
        }
        throw new SluiceException(
                "no broker connector understands '%s'; put sluice-native-client on the class path".formatted(address));
    }
}
