/**
 * Decides whether and where a message is stored, and what the broker adds to it.
 *
 * <p>Owner: nobody; everything here works on the thread that asks. In: messages of clients and doors. Out: records for the
 * store and the outcome. Never here: how a send looks on the wire, when a delayed message is due.
 */
package io.sluice.broker.send;
