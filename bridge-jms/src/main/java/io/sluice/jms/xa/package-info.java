/**
 * Distributed transactions (JTA, X/Open XA): what a transaction manager tells a session, and what it is told.
 *
 * <p>Owners: a {@link io.sluice.jms.xa.Branches} owns the branches of one connection, a {@link io.sluice.jms.xa.SessionResource}
 * which of them its session works for. Each has one lock; neither calls the broker while it holds it.
 * <br>In: calls of a transaction manager. Out: units of work in two phases, under ids that name the branch. Never here: the API
 * objects, how messages are gathered and given back.
 */
package io.sluice.jms.xa;
