/**
 * From whatever is on the disk to a consistent store, with one algorithm and a start value.
 *
 * <p>The log decides; queues and index are brought to what it holds. What the store says about its own progress (see
 * {@link io.sluice.store.recovery.Progress}) only tells how much of that work is done already, and is not believed where it
 * can be seen to be wrong. Runs before anything else does, on the thread that opens the store.
 * <br>Format: docs/formats/checkpoint.md.
 */
package io.sluice.store.recovery;
