/**
 * Assembles a broker and offers its port.
 *
 * <p>In: settings, a disk, a clock. Out: a native door that listens, and a {@link io.sluice.port.BrokerPort} for doors in
 * the same process. Nothing is decided here: the rooms below decide, this one hands them to each other.
 */
package io.sluice.broker;
