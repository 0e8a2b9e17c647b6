/**
 * Sluice and its peers under the same loads, alternating, in one run: every run of every contestant gets a fresh node and
 * a fresh client process.
 */
package io.sluice.perf.compare;
