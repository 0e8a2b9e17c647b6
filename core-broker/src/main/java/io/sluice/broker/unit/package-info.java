/**
 * Units of work: several sends and settlements that hold together or not at all, in one phase or in two, and messages that are
 * stored once however often they are sent.
 *
 * <p>Owner: a {@code UnitLedger} owns what is known of units: a {@code UnitWindow} behind its lock which ids were decided, a {@code
 * PreparedBook} behind its lock what is prepared. {@code UnitService} commits on any thread, {@code PreparedService} prepares and
 * decides on a lane. In: units of doors, decisions on them, messages with an idempotency key. Out: bundles of the log, each begun
 * by a unit record.
 * <br>Format: docs/formats/units.md. Never here: how a unit looks on the wire, what a lease is.
 */
package io.sluice.broker.unit;
