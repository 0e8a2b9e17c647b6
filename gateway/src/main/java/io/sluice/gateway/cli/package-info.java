/**
 * The command line: one class per command, each a thin shell around a room that does the work.
 *
 * <p>In: arguments. Out: an exit code (0 done, 1 failed, 2 wrong usage or settings) and, on failure, one line on standard
 * error that says what to do.
 */
package io.sluice.gateway.cli;
