/**
 * Deletes what is too old or too much, and refuses appends before the disk is full.
 *
 * <p>Owner: the retention duty. In: age of segments, space of the file system. Out: a later beginning of the log; appends
 * refused and taken again. Never here: what a reader holds (that keeps its memory), what a consumer has read.
 */
package io.sluice.store.retention;
