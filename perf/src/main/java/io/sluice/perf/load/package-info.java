/**
 * Clients to load a node with, one class per way to talk to it. Clients of the peers implement {@link
 * io.sluice.perf.load.LoadClient} in {@code peers/}, so this room needs no library of theirs.
 */
package io.sluice.perf.load;
