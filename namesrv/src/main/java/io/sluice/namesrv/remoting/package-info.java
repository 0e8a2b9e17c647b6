/**
 * Requests to the name server: from frame to route table or settings, and back.
 *
 * <p>In: frames from brokers, clients and tools. Out: answers. Changes run on the lane {@code namesrv-admin}, questions on
 * the event loop. Never here: what a registration means.
 */
package io.sluice.namesrv.remoting;
