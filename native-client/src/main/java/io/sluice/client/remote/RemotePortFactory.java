package io.sluice.client.remote;

import io.sluice.port.BrokerPort;
import io.sluice.port.BrokerPortFactory;
import java.net.URI;

/** Connects to {@code sluice://host:port[,host:port]?option=value}; found with {@link java.util.ServiceLoader}. */
public final class RemotePortFactory implements BrokerPortFactory {

    @Override
    public boolean understands(URI address) {
        return PortAddress.SCHEME.equalsIgnoreCase(address.getScheme());
    }

    @Override
    public BrokerPort connect(URI address) {
        return RemoteBrokerPort.open(PortOptions.resolve(address));
    }
}
