/**
 * Questions about queues over the wire: messages from an offset, where a queue begins and ends, how far a group has read.
 *
 * <p>No state. In: queues and offsets. Out: records as slices of the answer, or a refusal with its reason.
 * <br>Never here: who wants the messages, and whether to ask again.
 */
package io.sluice.client.read;
