package io.sluice.port.contract;

import io.sluice.port.BrokerPort;

/** The in-memory twin keeps units of work as others do. */
class MemoryUnitsTest extends UnitsContract {
    @Override
    protected BrokerPort open() {
        return new MemoryBroker();
    }

    @Override
    protected void shutDown(BrokerPort opened) {
        opened.close();
    }
}
