/**
 * What a JMS destination name means in the log: which native topic, which tag, which group.
 *
 * <p>In: names as applications write them. Out: {@link io.sluice.jms.destination.Address}, a value. Owns no mutable state.
 * Never here: the JMS destination objects themselves, which an application constructs.
 */
package io.sluice.jms.destination;
