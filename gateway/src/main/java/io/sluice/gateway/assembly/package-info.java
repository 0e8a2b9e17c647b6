/**
 * The assembled server: any set of name server, broker and doors in one process.
 *
 * <p>In: {@link io.sluice.gateway.config.Settings}. Out: a node that runs until closed. The composition root: here every
 * room is handed what it uses, and nowhere else.
 */
package io.sluice.gateway.assembly;
