/**
 * What every implementation of {@link io.sluice.port.BrokerPort} must do, as tests to extend, and the smallest
 * implementation that passes them: the in-memory broker that the doors' own tests stand on.
 */
package io.sluice.port.contract;
