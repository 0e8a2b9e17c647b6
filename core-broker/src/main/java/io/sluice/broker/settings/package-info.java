/**
 * Settings while the broker runs: what tools are shown, and which of them tools may change.
 *
 * <p>Owner: {@link io.sluice.broker.settings.RuntimeSettings} behind one lock. In: the settings of the start, changes by
 * tools. Out: calls to the rooms that a change concerns, and {@code config/overrides.properties}, which the next start
 * reads. Never here: the files that people edit, and what a setting does.
 */
package io.sluice.broker.settings;
