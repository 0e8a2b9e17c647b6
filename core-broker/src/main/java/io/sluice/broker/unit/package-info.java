/**
 * Units of work: several sends and settlements that hold together or not at all, and messages that are stored once however
 * often they are sent.
 *
 * <p>Owner: a {@code UnitWindow} behind its lock owns which ids were committed; {@code UnitService} decides on any thread. In:
 * units of doors, messages with an idempotency key. Out: bundles of the log, each begun by a unit record.
 * <br>Format: docs/formats/units.md. Never here: how a unit looks on the wire, what a lease is.
 */
package io.sluice.broker.unit;
