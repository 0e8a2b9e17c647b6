/**
 * Tells the name servers that this broker lives and which topics it has.
 *
 * <p>Owner: {@code NameServerLink} keeps one state per name server behind that server's lock. In: the topic table, the
 * passing of time. Out: registrations. Never here: what name servers make of it.
 */
package io.sluice.broker.registry;
