package io.sluice.port.contract;

import io.sluice.port.BrokerPort;

/** Holds the in-memory twin to the contract, so that a door tested on it meets no other broker later. */
class MemoryBrokerTest extends BrokerPortContract {
    @Override
    protected BrokerPort open() {
        MemoryBroker broker = new MemoryBroker();
        broker.skipExpired();
        return broker;
    }

    @Override
    protected void shutDown(BrokerPort opened) {
        opened.close();
    }
}
