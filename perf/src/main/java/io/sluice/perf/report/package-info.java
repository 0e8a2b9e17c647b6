/**
 * Results in forms to read and to keep: a table, JSON lines, {@code .hgrm} files, and a page with plots that needs no
 * network.
 */
package io.sluice.perf.report;
