/**
 * What this machine can do at best: the figures that every measured rate is held against.
 *
 * <p>Each limit is the plainest program that does one thing the node must do: echo a frame, write a mapping, force it,
 * move bytes over loopback.
 */
package io.sluice.perf.limit;
