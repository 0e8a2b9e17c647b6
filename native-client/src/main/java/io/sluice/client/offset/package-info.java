/**
 * Where the offsets of a group are kept: with the brokers, in a file of this machine, or nowhere.
 *
 * <p>Owner: {@code LocalOffsets} owns its file and the {@code sluice-offsets} thread that writes it. <br>In: offsets of queues.
 * Out: the same after a restart. <br>Format: docs/doors/native-client.md, "Broadcasting". Never here: when to store.
 */
package io.sluice.client.offset;
