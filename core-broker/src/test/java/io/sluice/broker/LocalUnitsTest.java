package io.sluice.broker;

import io.sluice.port.BrokerPort;
import io.sluice.port.contract.UnitsContract;
import io.sluice.store.StoreConfig;
import io.sluice.store.file.FileDisk;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;

/** A broker in the same process keeps units of work as the contract says. */
class LocalUnitsTest extends UnitsContract {
    @TempDir
    Path directory;

    private Broker broker;

    @Override
    protected BrokerPort open() throws Exception {
        broker = Broker.open(
                BrokerConfig.in(StoreConfig.in(directory.resolve("store"))), new FileDisk(), InstantSource.system());
        broker.start(List.of());
        return broker.port();
    }

    @Override
    protected void shutDown(BrokerPort opened) {
        broker.close();
    }
}
