/**
 * Small steps of the services that happen again and again, or a little later: tables to disk, silent clients out,
 * name servers told.
 *
 * <p>Owner: the {@code housekeeping} thread runs every step, one at a time. In: steps and their periods. Out: their runs.
 * <br>Never here: what a step does.
 */
package io.sluice.broker.housekeeping;
