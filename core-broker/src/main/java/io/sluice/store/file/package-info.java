/**
 * The only room that opens, maps, forces and deletes files.
 *
 * <p>{@link io.sluice.store.file.Disk} is the door to the file system; tests put a disk behind it that loses what was not
 * forced. Nothing here knows what the bytes mean.
 */
package io.sluice.store.file;
