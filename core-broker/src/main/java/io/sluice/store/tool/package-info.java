/**
 * Looks at a store that is not running: checks it, prints it, adds it up.
 *
 * <p>Reads alone; what is wrong is told, never repaired (opening the store does that). In: a directory. Out: reports and
 * lines of text. Refuses when a broker has the store open.
 */
package io.sluice.store.tool;
