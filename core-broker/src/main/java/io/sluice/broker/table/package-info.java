/**
 * What the broker's small tables share: their version stamp, their JSON, and the way they get to their files.
 *
 * <p>In: the text of a table. Out: the same on the disk, some time later. Never here: what a table is about.
 */
package io.sluice.broker.table;
