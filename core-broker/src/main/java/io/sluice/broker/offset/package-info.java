/**
 * How far each group has read each queue, for groups that read by offset.
 *
 * <p>Owner: {@code OffsetTable}, whose maps any thread may change. In: commits and resets. Out: offsets, a file every few
 * seconds, and pushes to consumers that have not fetched a reset. Format: {@code config/consumerOffset.json} of the store. Never here: whether group, topic or queue exist.
 */
package io.sluice.broker.offset;
