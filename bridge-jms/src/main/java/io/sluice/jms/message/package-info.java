/**
 * The message types of the specification, and how each travels as body and properties of a stored message.
 *
 * <p>In: what an application sets, or a stored message of any door. Out: the stored form, or a JMS message. A message is
 * confined to whoever holds it; the room keeps nothing.
 * <br>Mapping: docs/doors/jms.md. Never here: sending, settling, Java object serialisation.
 */
package io.sluice.jms.message;
