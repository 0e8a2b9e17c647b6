/**
 * The Jakarta Messaging objects that applications hold, and their life cycle.
 *
 * <p>Owners: a {@link io.sluice.jms.SluiceConnection} owns the port, its sessions and its temporary destinations; a
 * {@link io.sluice.jms.SluiceSession} owns its producers and consumers. What runs when is decided in
 * {@code io.sluice.jms.deliver}, what a message looks like in {@code io.sluice.jms.message}.
 * <br>Guide: docs/doors/jms.md.
 */
package io.sluice.jms;
