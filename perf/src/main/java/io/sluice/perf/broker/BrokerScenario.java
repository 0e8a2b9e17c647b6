package io.sluice.perf.broker;

/** What can be measured of the broker's services. */
public enum BrokerScenario {
    /** Leases and acknowledgements against plain reading of the same messages. */
    LEASE,
    /** Messages that wait for an exact time: taking them in, delivering them, and how punctually under load. */
    TIMER
}
