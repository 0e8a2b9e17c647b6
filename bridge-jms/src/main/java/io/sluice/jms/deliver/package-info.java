/**
 * From the broker to an application's hands and back: fetching, one thread of control per session, acknowledge modes,
 * redelivery.
 *
 * <p>Owners: a {@link io.sluice.jms.deliver.SessionLane} owns who of one session runs when; a
 * {@link io.sluice.jms.deliver.Feed} owns what one consumer has fetched and not got yet; the
 * {@link io.sluice.jms.deliver.LeaseBook} of a connection owns every lease that it holds. Each has one lock, none calls the
 * broker or an application while it holds it.
 * <br>In: leases and records of the port. Out: deliveries, settlements. Never here: message formats, the API objects.
 */
package io.sluice.jms.deliver;
