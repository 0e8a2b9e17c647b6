package io.sluice.client.remote;

import io.sluice.client.live.LiveCluster;
import io.sluice.port.BrokerPort;
import io.sluice.port.BrokerPortFactory;
import io.sluice.port.contract.UnitsContract;
import java.net.URI;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

/** Units of work over the wire, to a real broker and a real name server. */
class RemoteUnitsTest extends UnitsContract {
    @TempDir
    Path directory;

    private LiveCluster cluster;

    @Override
    protected BrokerPort open() {
        cluster = LiveCluster.start(directory, "broker-a");
        return BrokerPortFactory.open(URI.create("sluice://" + cluster.nameServerAddress()));
    }

    @Override
    protected void shutDown(BrokerPort opened) {
        opened.close();
        cluster.close();
    }
}
