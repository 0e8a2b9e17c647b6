/**
 * Units of work in two phases, for operators: which are undecided, deciding them by hand, forgetting the outcome.
 *
 * <p>In: {@link io.sluice.http.channel.Call}s. Out: questions to {@code port.units()}. Never here: preparing a unit, which belongs to
 * whoever decides it.
 */
package io.sluice.http.unit;
