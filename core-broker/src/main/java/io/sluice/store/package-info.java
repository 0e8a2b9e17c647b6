/**
 * The vault's counter: append, read, look up, open, close; assembles the rooms below.
 *
 * <p>Knows bytes, queues and durability; never what a topic may do, who consumes, or how anybody is connected.
 */
package io.sluice.store;
