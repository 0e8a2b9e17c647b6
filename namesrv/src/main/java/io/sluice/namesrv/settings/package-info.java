/**
 * The settings of the name server itself: what tools are shown, and which of them tools may change while it runs.
 *
 * <p>Owner: {@link io.sluice.namesrv.settings.NameServerSettings} behind one lock. In: the settings of the start, changes by
 * tools. Out: what counts now, and what was changed, to a store that the next start reads.
 */
package io.sluice.namesrv.settings;
